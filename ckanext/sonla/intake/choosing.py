"""What a caller chooses of how a file is read, checked before it is stored."""

from __future__ import annotations

import json
from typing import Any

import ckan.plugins.toolkit as tk

from .choice import ENCODINGS, Choice

ROWS = 10_000_000
TEXTS = 500
HEADER_ROWS = 5


def parsed(given: Any) -> Choice:
    """Return the choice that a caller gives.

    Raises:
        ValidationError: naming the part that is wrong.
    """
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            given = None
    if not isinstance(given, dict):
        raise _wrong("choice", tk._("A JSON object is expected."))
    unknown = sorted(set(given) - set(Choice.__dataclass_fields__))
    if unknown:
        raise _wrong(str(unknown[0]), tk._("There is no such choice."))
    return Choice(
        sheet=_text(given, "sheet"),
        header=_header(given.get("header")),
        last=_row("last", given.get("last")),
        whole=_switch(given, "whole", default=False),
        columns=_columns(given.get("columns")),
        encoding=_encoding(given),
        crs=_text(given, "crs"),
        convert=_switch(given, "convert", default=True),
    )


def _wrong(name: str, message: str) -> tk.ValidationError:
    return tk.ValidationError({name: [message]})


def _text(given: dict[str, Any], name: str) -> str | None:
    value = given.get(name)
    if value in (None, ""):
        return None
    if not isinstance(value, str) or len(value) > TEXTS:
        raise _wrong(name, tk._("A text is expected."))
    return value


def _switch(given: dict[str, Any], name: str, *, default: bool) -> bool:
    value = given.get(name)
    return default if value is None else tk.asbool(value)


def _encoding(given: dict[str, Any]) -> str | None:
    value = _text(given, "encoding")
    if value is not None and value not in ENCODINGS:
        message = tk._("One of these is expected: {names}.")
        raise _wrong("encoding", message.format(names=", ".join(ENCODINGS)))
    return value


def _row(name: str, value: Any) -> int | None:
    if value in (None, ""):
        return None
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = 0
    if not 1 <= number <= ROWS:
        raise _wrong(name, tk._("The number of a row is expected."))
    return number


def _header(value: Any) -> tuple[int, int] | None:
    if value in (None, "", []):
        return None
    pair = value if isinstance(value, list | tuple) else [value, value]
    if len(pair) != 2:  # noqa: PLR2004 - the first and the last row
        raise _wrong("header", tk._("The first and the last row are expected."))
    first, last = (_row("header", one) for one in pair)
    if first is None or last is None or not first <= last < first + HEADER_ROWS:
        raise _wrong("header", tk._("A header has one to five rows."))
    return first, last


def _columns(value: Any) -> dict[str, str | None]:
    if value in (None, ""):
        return {}
    right = isinstance(value, dict) and all(
        one is None or isinstance(one, str) for one in value.values()
    )
    if not right:
        message = tk._("The name of a field, or null, is expected for each header.")
        raise _wrong("columns", message)
    named = [one for one in value.values() if one]
    if len(named) != len(set(named)):
        raise _wrong("columns", tk._("A field can be filled by one column only."))
    return {str(name): one or None for name, one in value.items()}
