"""A configuration as the texts of a form's inputs, and back, without losing a key."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from ckanext.sonla.harvesting import keeping

from . import fields as of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .fields import Field, Group

TRUE, FALSE = "true", "false"


class Unwritable(Exception):  # noqa: N818 - says what it is
    """What somebody typed can't be read; `name` is the input's."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def texts(kind: str, config: Mapping[str, Any]) -> dict[str, str]:
    """Return what stands in each input, by its name; secrets stay away."""
    told: dict[str, str] = {}
    for part in of.parts(kind):
        at: Any = config
        for name in part.path[:-1]:
            at = at.get(name) or {}
        value = at.get(part.path[-1])
        if isinstance(part, of.Field):
            told.update(_told(part, value))
        else:
            told.update(_of_group(part, value if isinstance(value, dict) else {}))
    return told


def _of_group(group: Group, values: Mapping[str, Any]) -> dict[str, str]:
    told: dict[str, str] = {}
    fields = group.fields
    if group.branches:
        chosen = str(values.get("type") or group.default)
        told[f"{group.name}.type"] = chosen
        fields = group.branches.get(chosen, ())
    for one in fields:
        told.update(_told(one, values.get(one.path[-1])))
    return told


def _told(field: Field, value: Any) -> dict[str, str]:
    return {} if value is None else {field.name: _WRITE[field.widget](value)}


def config_of(
    kind: str, typed: Mapping[str, str], before: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the configuration that inputs say.

    Args:
        kind: of the source.
        typed: the inputs' texts by their names; empty ones say nothing.
        before: the configuration so far: a secret that nobody typed anew stays.

    Raises:
        Unwritable: a text that can't be read.
    """
    config: dict[str, Any] = {}
    for part in of.parts(kind):
        if isinstance(part, of.Field):
            value = _read(part, typed)
            if value is not None:
                config[part.path[-1]] = value
            continue
        found = _group(part, typed, before.get(part.path[-1]))
        if found:
            config[part.path[-1]] = found
    return config


def _group(group: Group, typed: Mapping[str, str], before: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    fields = group.fields
    if group.branches:
        chosen = typed.get(f"{group.name}.type") or group.default
        fields = group.branches.get(chosen, ())
        found["type"] = chosen
    was = before if isinstance(before, dict) else {}
    for one in fields:
        value = _read(one, typed)
        if value is None and one.widget == of.SECRET:
            same = was.get("type") == found.get("type")
            kept = was.get(one.path[-1])
            value = kept if same and kept == keeping.STORED else None
        if value is not None:
            found[one.path[-1]] = value
    # Its default need not be said where it wasn't.
    return {} if found == {"type": group.default} and not was else found


def _read(field: Field, typed: Mapping[str, str]) -> Any:
    text = typed.get(field.name, "").replace("\r\n", "\n")
    if field.widget not in (of.AREA, of.SECRET, of.TEXT):
        text = text.strip()
    if text == "":
        return None
    try:
        return _READ[field.widget](text)
    except (ValueError, RecursionError) as error:
        raise Unwritable(field.name) from error


def _number(text: str) -> int | float:
    text = text.replace(",", ".") if text.count(",") == 1 else text
    try:
        return int(text)
    except ValueError:
        number = float(text)
        return number if math.isfinite(number) else _refuse()


def _yes_no(text: str) -> bool:
    return {TRUE: True, FALSE: False}[text] if text in (TRUE, FALSE) else _refuse()


def _refuse() -> Any:
    raise ValueError


def _scalar(text: str) -> Any:
    """Read a text, or as JSON a number, true, false, or what is quoted."""
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return found if isinstance(found, (str, int, float, bool)) else text


def _scalar_text(value: Any) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    return _quoted(value) if _scalar(value.strip()) != value else value


def _text(value: str) -> str:
    return value if not _needs_quotes(value) else _quoted(value)


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _needs_quotes(value: str) -> bool:
    return value != value.strip() or value[:1] == '"' or "\n" in value or "\r" in value


def _plain(text: str) -> str:
    text = text.strip()
    if text[:1] != '"':
        return text
    found = json.loads(text)
    return found if isinstance(found, str) else _refuse()


def _lines(text: str) -> list[str]:
    return [_plain(line) for line in text.split("\n") if line.strip()]


def _pairs(read: Callable[[str], Any]) -> Callable[[str], dict[str, Any]]:
    def pairs(text: str) -> dict[str, Any]:
        return dict(_pair(line, read) for line in text.split("\n") if line.strip())

    return pairs


def _pair(line: str, read: Callable[[str], Any]) -> tuple[str, Any]:
    line = line.strip()
    if line[:1] == '"':
        name, end = json.JSONDecoder().raw_decode(line)
        sign, value = line[end:].lstrip()[:1], line[end:].lstrip()[1:]
    else:
        name, sign, value = line.partition("=")
        name = name.strip()
    if sign != "=" or not isinstance(name, str):
        _refuse()
    return name, read(value.strip())


def _pair_lines(write: Callable[[Any], str]) -> Callable[[Mapping[str, Any]], str]:
    def lines(values: Mapping[str, Any]) -> str:
        return "\n".join(f"{_name(k)} = {write(v)}" for k, v in values.items())

    return lines


def _name(name: str) -> str:
    return _quoted(name) if "=" in name or not name or _needs_quotes(name) else name


def _secret_text(value: Any) -> str:
    # A reference names a place, and is no secret.
    is_reference = isinstance(value, str) and value.startswith(
        (keeping.ENVIRONMENT, keeping.FILE)
    )
    return value if is_reference else ""


def _json_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _value_text(value: Any) -> str:
    return _scalar_text(value) if value != "" else '""'


def secrets_in(kind: str) -> Iterator[Field]:
    """Yield the inputs that take a secret."""
    return (one for one in of.all_fields(kind) if one.widget == of.SECRET)


_READ: dict[str, Callable[[str], Any]] = {
    of.TEXT: str,
    of.AREA: str,
    of.SECRET: str,
    of.SELECT: str,
    of.NUMBER: _number,
    of.YES_NO: _yes_no,
    of.LINES: _lines,
    of.PAIRS: _pairs(_plain),
    of.VALUES: _pairs(_scalar),
    of.SCALAR: _scalar,
    of.JSON: json.loads,
}
_WRITE: dict[str, Callable[[Any], str]] = {
    of.TEXT: str,
    of.AREA: str,
    of.SECRET: _secret_text,
    of.SELECT: str,
    of.NUMBER: str,
    of.YES_NO: lambda value: TRUE if value else FALSE,
    of.LINES: lambda values: "\n".join(map(_text, values)),
    of.PAIRS: _pair_lines(_text),
    of.VALUES: _pair_lines(_value_text),
    of.SCALAR: _value_text,
    of.JSON: _json_text,
}
