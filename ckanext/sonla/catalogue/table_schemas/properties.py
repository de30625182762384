"""How a field's values are written: its `format`, its separators, its words.

What no value could ever fit is refused here, when the rule is written, and not when
the first officer's file meets it.
Source: https://datapackage.org/standard/table-schema/
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ckanext.sonla.catalogue.problems import Problem
from ckanext.sonla.shared.msgid import N_

if TYPE_CHECKING:
    from collections.abc import Iterator

# `unit` and `allowPersonal` are the portal's own: what a number counts, and the ground
# on which the decision allows personal data in the column.
TEXTS = ("title", "description", "format", "unit", "allowPersonal")
LONGEST_TEXT = 2000
STRING_FORMATS = {"default", "email", "uri", "uuid", "binary"}
TIMES = {"date", "datetime", "time"}
DIRECTIVES = {
    "date": set("Ymdy"),
    "time": set("HMSf"),
    "datetime": set("YmdyHMSf"),
}
SEPARATORS = ("decimalChar", "groupChar")
ISO = {
    "date": ("%Y-%m-%d",),
    "time": ("%H:%M:%S", "%H:%M"),
    "datetime": ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"),
}

_TEXT = N_("Table {table}, field {name}: {property} must be a text.")
_LONG = N_("Table {table}, field {name}: {property} is too long.")
_FORMAT = N_("Table {table}, field {name}: there is no format {format} for {type}.")
_SIGN = N_("Table {table}, field {name}: {property} must be one sign, and no digit.")
_SIGNS = N_(
    "Table {table}, field {name}: the same sign groups digits and begins decimals."
)
_WORDS = N_("Table {table}, field {name}: {property} must be a list of texts.")
_BOTH = N_("Table {table}, field {name}: {value} would mean both yes and no.")


def problems(one: dict[str, Any], kind: str) -> Iterator[Problem]:
    """Yield what is wrong with how a field of a type is written."""
    place = {"name": str(one["name"]), "type": kind}
    for name in TEXTS:
        if name in one and not isinstance(one[name], str):
            yield Problem(_TEXT, {**place, "property": name})
        elif len(one.get(name) or "") > LONGEST_TEXT:
            yield Problem(_LONG, {**place, "property": name})
    if not _is_format(kind, one.get("format")):
        yield Problem(_FORMAT, {**place, "format": str(one["format"])[:80]})
    yield from _signs(one, kind, place)
    yield from _words(one, kind, place)


def _is_format(kind: str, declared: Any) -> bool:
    if declared in (None, "", "default") or not isinstance(declared, str):
        return True
    if kind == "string":
        return declared in STRING_FORMATS
    if kind in TIMES:
        return declared == "any" or _is_pattern(kind, declared)
    # The standard's other formats say how a point or a shape is written.
    return kind in ("geopoint", "geojson")


def _is_pattern(kind: str, declared: str) -> bool:
    used = re.findall(r"%(.)", declared)
    return (
        bool(used)
        and not declared.endswith("%")
        and set(used) <= DIRECTIVES[kind]
        and len(used) == len(set(used))
        and not {"Y", "y"} <= set(used)
        and len(declared) <= 60  # noqa: PLR2004 - longer than any way to write a time
    )


def _signs(one: dict[str, Any], kind: str, place: dict[str, Any]) -> Iterator[Problem]:
    if kind not in ("integer", "number"):
        return
    for name in SEPARATORS:
        sign = one.get(name, "")
        if sign and (
            not isinstance(sign, str)
            or len(sign) != 1
            or sign.isdigit()
            or sign in "+-"
        ):
            yield Problem(_SIGN, {**place, "property": name})
    if one.get("groupChar") and one["groupChar"] == one.get("decimalChar", "."):
        yield Problem(_SIGNS, place)


def _words(one: dict[str, Any], kind: str, place: dict[str, Any]) -> Iterator[Problem]:
    if kind != "boolean":
        return
    lists = [one.get(name, []) for name in ("trueValues", "falseValues")]
    for name, words in zip(("trueValues", "falseValues"), lists, strict=True):
        if not isinstance(words, list) or not all(isinstance(w, str) for w in words):
            yield Problem(_WORDS, {**place, "property": name})
            return
    for word in set(lists[0]) & set(lists[1]):
        yield Problem(_BOTH, {**place, "value": word[:80]})


def reads(value: Any, one: dict[str, Any], kind: str) -> bool:
    """Tell whether a value of a rule can be one of the field's type.

    A text is read as the standard writes the type, or as the field's own `format`
    does.
    """
    if isinstance(value, bool) or kind in ("boolean", "any"):
        return kind in ("boolean", "any") and (isinstance(value, bool) or kind == "any")
    if kind in ("integer", "number", "year"):
        return _is_number(value) and (kind == "number" or float(value).is_integer())
    if not isinstance(value, str):
        return False
    if kind in TIMES:
        return _is_time(value, one, kind)
    if kind == "yearmonth":
        return bool(re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", value, re.ASCII))
    return True


def _is_number(value: Any) -> bool:
    if isinstance(value, str) and not re.fullmatch(
        r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", value.strip(), re.ASCII
    ):
        return False
    try:
        return abs(float(value)) < float("inf")
    except (TypeError, ValueError, OverflowError):
        return False


def _is_time(value: str, one: dict[str, Any], kind: str) -> bool:
    formats = [*ISO[kind]]
    declared = one.get("format")
    if isinstance(declared, str) and "%" in declared:
        formats.append(declared)
    for pattern in formats:
        try:
            datetime.strptime(value, pattern)  # noqa: DTZ007 - a bound has no zone
        except (ValueError, re.error):
            continue
        return True
    return False
