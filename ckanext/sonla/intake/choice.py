"""How a file is read where an officer, or her last period, said so."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import ckan.plugins.toolkit as tk

ROWS = 10_000_000
TEXTS = 500
ENCODINGS = ("utf-8", "cp1258", "tcvn3", "vni")


@dataclass(frozen=True)
class Choice:
    """What was chosen of a file; None and empty leave it to the proposal.

    Args:
        sheet: name of the sheet.
        header: first and last row of the header, as the sheet counts, from 1.
        last: last row of the table, from 1.
        whole: read every row after the header, totals and notes too.
        columns: field's name, or None for "left out", by the text of the header.
        encoding: one of `ENCODINGS`, for what its bytes don't tell.
        crs: what the coordinates of a map are in, such as `EPSG:3405`.
        convert: whether a map's coordinates are converted to WGS 84.
    """

    sheet: str | None = None
    header: tuple[int, int] | None = None
    last: int | None = None
    whole: bool = False
    columns: dict[str, str | None] = field(default_factory=dict)
    encoding: str | None = None
    crs: str | None = None
    convert: bool = True

    def as_dict(self) -> dict[str, Any]:
        """Return what is stored and answered."""
        found = asdict(self)
        return {**found, "header": list(self.header) if self.header else None}

    @property
    def token(self) -> str:
        """What makes another load necessary when it changes."""
        text = json.dumps(self.as_dict(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def for_next_period(self) -> Choice:
        """Return what holds of another file of the same kind: no row numbers do."""
        return replace(self, header=None, last=None)


def restored(stored: dict[str, Any] | None) -> Choice | None:
    """Return a stored choice."""
    if stored is None:
        return None
    header = stored.get("header")
    return Choice(**{**stored, "header": tuple(header) if header else None})


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
    if first is None or last is None or not first <= last < first + 5:
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
