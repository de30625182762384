"""A Table Schema as a form without JavaScript, and back.

What the form has no box for stays as it is: it travels along as JSON, so that opening
and saving a schema loses nothing.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from . import keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# The boxes of a field: properties of its own, and rules.
TEXTS = ("name", "title", "type", "format", "unit", "description", "allowPersonal")
BOUNDS = ("minimum", "maximum", "minLength", "maxLength", "pattern")
SWITCHES = ("required", "unique")
REFERENCE = ("entry", "table", "field")
# The boxes of a foreign key of several columns, which are divided by commas.
KEY = ("fields", "entry", "table", "targets")
MOST = 200
VIETNAMESE = {"decimalChar": ",", "groupChar": "."}
_BOX = re.compile(r"f-(\d{1,4})-name")
_KEY = re.compile(r"k-(\d{1,4})-fields")


def rows_of(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a row of boxes for each field of a schema."""
    primary = keys.names_of(schema.get("primaryKey"))
    references = _in_columns(schema)
    return [
        _row(one, one["name"] in primary, references.get(one["name"]))
        for one in schema.get("fields") or []
    ]


def _in_columns(schema: dict[str, Any]) -> dict[str, keys.Reference]:
    """Return the foreign keys that a column's own boxes hold: its first narrow one."""
    found: dict[str, keys.Reference] = {}
    for one in keys.references_of(schema):
        if len(one.fields) == 1:
            found.setdefault(one.fields[0], one)
    return found


def keys_of(schema: dict[str, Any]) -> list[dict[str, str]]:
    """Return the boxes of the foreign keys that no column's own boxes hold."""
    held: set[str] = set()
    boxes = []
    for one in keys.references_of(schema):
        if len(one.fields) == 1 and one.fields[0] not in held:
            held.add(one.fields[0])
            continue
        boxes.append(
            {
                "fields": ", ".join(one.fields),
                "entry": one.entry or "",
                "table": one.table,
                "targets": ", ".join(one.targets),
            }
        )
    return boxes


def keys_from(form: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the boxes of foreign keys that a form sent, without the empty ones."""
    numbers = sorted(int(met[1]) for name in form if (met := _KEY.fullmatch(name)))
    rows = [
        {
            box: form.get(f"k-{number}-{box}", "").replace("\0", "").strip()
            for box in KEY
        }
        for number in numbers[: keys.MOST_KEYS]
    ]
    return [row for row in rows if any(row.values())]


def _row(
    one: dict[str, Any], in_key: bool, reference: keys.Reference | None
) -> dict[str, Any]:
    given = dict(one.get("constraints") or {})
    row: dict[str, Any] = {name: one.get(name, "") for name in TEXTS}
    row["type"] = row["type"] or "string"
    row |= {name: _shown(given.pop(name, "")) for name in BOUNDS}
    row |= {name: bool(given.pop(name, False)) for name in SWITCHES}
    row["enum"] = "\n".join(map(str, given.pop("enum", [])))
    row["key"] = in_key
    row["vietnamese"] = all(one.get(k) == v for k, v in VIETNAMESE.items())
    told = ("", "", "")
    if reference is not None:
        told = (reference.entry or "", reference.table, reference.targets[0])
    row |= {f"ref_{name}": value for name, value in zip(REFERENCE, told, strict=True)}
    known = {*TEXTS, "constraints", *(VIETNAMESE if row["vietnamese"] else ())}
    rest = {name: value for name, value in one.items() if name not in known}
    if given:
        rest["constraints"] = given
    row["rest"] = json.dumps(rest, ensure_ascii=False) if rest else ""
    return row


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def rest_of(schema: dict[str, Any]) -> str:
    """Return as JSON what the form has no box for in a schema."""
    known = {"fields", "primaryKey", "foreignKeys"}
    rest = {name: value for name, value in schema.items() if name not in known}
    return json.dumps(rest, ensure_ascii=False) if rest else ""


def rows_from(form: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the rows of boxes that a form sent, in its order."""
    numbers = sorted(int(met[1]) for name in form if (met := _BOX.fullmatch(name)))
    rows = []
    for number in numbers[:MOST]:
        boxes = (*TEXTS, *BOUNDS, "enum", "rest", *(f"ref_{one}" for one in REFERENCE))
        row: dict[str, Any] = {
            box: form.get(f"f-{number}-{box}", "").replace("\0", "").strip()
            for box in boxes
        }
        for box in (*SWITCHES, "key", "vietnamese"):
            row[box] = f"f-{number}-{box}" in form
        rows.append(row)
    return rows


def schema_of(
    rows: list[dict[str, Any]], rest: str, wide: Iterable[dict[str, str]] = ()
) -> dict[str, Any]:
    """Return the schema that rows of boxes mean; a row without any name is none.

    Args:
        rows: the boxes of the columns.
        rest: what the form has no box for, as JSON.
        wide: the boxes of foreign keys of several columns.
    """
    rows = [row for row in rows if row["name"] or row["title"]]
    schema: dict[str, Any] = {"fields": [_field(row) for row in rows]}
    primary = [row["name"] for row in rows if row["key"]]
    if primary:
        schema["primaryKey"] = primary
    other = _loaded(rest)
    foreign = [_key(row) for row in rows if row["ref_field"] or row["ref_entry"]]
    foreign += [_wide_key(row) for row in wide]
    if foreign:
        schema["foreignKeys"] = foreign
    return {**other, **schema}


def _key(row: dict[str, Any]) -> dict[str, Any]:
    reference = {"resource": row["ref_table"], "fields": [row["ref_field"]]}
    if row["ref_entry"]:
        reference["entry"] = row["ref_entry"]
    return {"fields": [row["name"]], "reference": reference}


def _wide_key(row: dict[str, str]) -> dict[str, Any]:
    reference: dict[str, Any] = {
        "resource": row["table"],
        "fields": _divided(row["targets"]),
    }
    if row["entry"]:
        reference["entry"] = row["entry"]
    return {"fields": _divided(row["fields"]), "reference": reference}


def _divided(text: str) -> list[str]:
    return [name for one in re.split(r"[,;]", text) if (name := one.strip())]


def _field(row: dict[str, Any]) -> dict[str, Any]:
    rest = _loaded(row["rest"])
    rules = {**rest.pop("constraints", {})}
    field = {name: row[name] for name in TEXTS if row[name]}
    if row["vietnamese"] and row["type"] in ("integer", "number"):
        field |= VIETNAMESE
    rules |= {name: True for name in SWITCHES if row[name]}
    for name in BOUNDS:
        if row[name]:
            rules[name] = _value(row[name], name, row["type"])
    options = [line.strip() for line in row["enum"].splitlines() if line.strip()]
    if options:
        rules["enum"] = [_value(one, "enum", row["type"]) for one in options]
    return {**rest, **field, **({"constraints": rules} if rules else {})}


def _value(text: str, name: str, kind: str) -> Any:
    """Return a number where the rule wants one; a text that is none stays a text."""
    whole = name in ("minLength", "maxLength")
    if name != "pattern" and (whole or kind in ("integer", "number", "year")):
        if re.fullmatch(r"[+-]?\d{1,18}", text):
            return int(text)
        if re.fullmatch(r"[+-]?\d{1,18}\.\d{1,18}", text):
            return float(text)
    return text


def _loaded(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        found = {}
    return found if isinstance(found, dict) else {}


def moved(rows: list[dict[str, Any]], button: str) -> list[dict[str, Any]]:
    """Return the rows after a button: `add`, `up-3`, `down-3` or `remove-3`."""
    step, _, at = button.partition("-")
    place = int(at) if at.isdecimal() else -1
    rows = list(rows)
    if step == "add" and len(rows) < MOST:
        rows.append(_row({"name": ""}, False, None))
    elif 0 <= place < len(rows):
        row = rows.pop(place)
        if step == "up":
            rows.insert(max(0, place - 1), row)
        elif step == "down":
            rows.insert(place + 1, row)
    return rows
