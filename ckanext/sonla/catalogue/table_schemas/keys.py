"""Keys of a table: primary, unique, and foreign ones, which may lead to other entries.

A foreign key is the standard's, with one word more: `reference.entry` is the code of
the catalogue's entry whose published table is meant, such as the list of communes.
Without it the key leads to a table of the same entry, or with an empty `resource` to
its own. A key of one field is a list of values from an entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ckanext.sonla.catalogue.problems import Problem
from ckanext.sonla.shared.msgid import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MOST_KEYS = 20

_NO_FIELD = N_("Table {table}: there is no field {name} for a key.")
_NO_FIELDS = N_("Table {table}: the primary key must name fields.")
_TWICE = N_("Table {table}: a key names the field {name} twice.")
_UNIQUE = N_("Table {table}: unique keys must be a list of lists of fields.")
_FOREIGN = N_("Table {table}: a foreign key must name what it refers to.")
_WIDTH = N_("Table {table}: a foreign key must name as many fields as it refers to.")
_SELF = N_("Table {table}: the foreign key of field {name} refers to itself.")
_NO_TABLE = N_("Table {table}: the entry has no table {target} for a foreign key.")
_NO_TARGET = N_("Table {table}: table {target} has no field {name} for a foreign key.")
_TYPES = N_(
    "Table {table}: field {name} is of another type than the field of {target} that it "
    "refers to."
)
_CIRCLE = N_(
    "The foreign keys of {target} lead round in a circle: none of the tables could be "
    "published first."
)


@dataclass(frozen=True)
class Reference:
    """Where a foreign key leads: `entry` is None for the key's own entry."""

    fields: tuple[str, ...]
    entry: str | None
    table: str
    targets: tuple[str, ...]


def names_of(value: Any) -> list[Any]:
    """Return the fields of a key, which may be written as one text."""
    return (
        [value] if isinstance(value, str) else value if isinstance(value, list) else []
    )


def primary(value: Any, names: set[str]) -> Iterator[Problem]:
    """Yield what is wrong with a key that names fields of its own table."""
    keys = names_of(value)
    if not keys:
        yield Problem(_NO_FIELDS)
        return
    seen: set[str] = set()
    for key in keys:
        if not isinstance(key, str) or key not in names:
            yield Problem(_NO_FIELD, {"name": str(key)[:80]})
        elif key in seen:
            yield Problem(_TWICE, {"name": key})
        else:
            seen.add(key)


def unique(value: Any, names: set[str]) -> Iterator[Problem]:
    """Yield what is wrong with the keys besides the primary one."""
    if not isinstance(value, list) or len(value) > MOST_KEYS:
        yield Problem(_UNIQUE)
        return
    for key in value:
        yield from primary(key, names)


def foreign(value: Any, names: set[str]) -> Iterator[Problem]:
    """Yield what is wrong with foreign keys, seen from their own table alone."""
    if (
        not isinstance(value, list)
        or len(value) > MOST_KEYS
        or not all(_is_foreign(one) for one in value)
    ):
        yield Problem(_FOREIGN)
        return
    for one in value:
        found = list(primary(one["fields"], names))
        yield from found
        if found:
            continue
        fields, targets = names_of(one["fields"]), names_of(one["reference"]["fields"])
        if len(fields) != len(targets):
            yield Problem(_WIDTH)
        elif _is_own(one["reference"]) and set(fields) & set(targets):
            yield Problem(_SELF, {"name": str(fields[0])})


def _is_foreign(one: Any) -> bool:
    reference = one.get("reference") if isinstance(one, dict) else None
    return (
        isinstance(reference, dict)
        and isinstance(reference.get("resource", ""), str)
        and isinstance(reference.get("entry", ""), str)
        and bool(names_of(reference.get("fields")))
        and all(isinstance(name, str) for name in names_of(reference["fields"]))
    )


def _is_own(reference: dict[str, Any]) -> bool:
    return not reference.get("entry") and not reference.get("resource")


def references_of(schema: Any) -> list[Reference]:
    """Return where the foreign keys of a schema lead; those without fault only."""
    found = schema.get("foreignKeys") if isinstance(schema, dict) else None
    return [
        Reference(
            tuple(names_of(one.get("fields"))),
            one["reference"].get("entry") or None,
            one["reference"].get("resource") or "",
            tuple(names_of(one["reference"]["fields"])),
        )
        for one in (found if isinstance(found, list) else [])
        if _is_foreign(one)
    ]


def within_entry(tables: list[dict[str, Any]]) -> Iterator[Problem]:
    """Yield what is wrong with the foreign keys between an entry's own tables."""
    schemas = {one["name"]: one["schema"] for one in tables}
    for table, schema in schemas.items():
        for reference in references_of(schema):
            if reference.entry is None:
                target = reference.table or table
                yield from resolved(table, schema, reference, schemas.get(target))
    edges = {
        table: {
            one.table
            for one in references_of(schema)
            if one.entry is None and one.table and one.table != table
        }
        for table, schema in schemas.items()
    }
    for circle in circles(edges):
        yield circle_of(", ".join(circle))


def circle_of(shown: str) -> Problem:
    """Return that the tables shown refer to one another in a circle."""
    return Problem(_CIRCLE, {"target": shown})


def resolved(
    table: str, schema: dict[str, Any], reference: Reference, target: Any
) -> Iterator[Problem]:
    """Yield what is wrong with a reference, now that its target is known.

    Args:
        table: the table that refers.
        schema: its Table Schema.
        reference: where it leads.
        target: the Table Schema of the table that is meant; None where there is none.
    """
    shown = " · ".join(filter(None, [reference.entry, reference.table])) or table
    if not isinstance(target, dict):
        yield Problem(_NO_TABLE, {"table": table, "target": shown})
        return
    own, theirs = _types(schema), _types(target)
    for name, wanted in zip(reference.fields, reference.targets, strict=False):
        place = {"table": table, "target": shown, "name": wanted}
        if wanted not in theirs:
            yield Problem(_NO_TARGET, place)
        elif name in own and own[name] != theirs[wanted]:
            yield Problem(_TYPES, {**place, "name": name})


def _types(schema: dict[str, Any]) -> dict[str, str]:
    return {
        one["name"]: str(one.get("type") or "string")
        for one in schema.get("fields") or []
        if isinstance(one, dict) and isinstance(one.get("name"), str)
    }


def circles(edges: Mapping[Any, Iterable[Any]]) -> list[list[Any]]:
    """Return the circles of a graph, each once, as the nodes that lie on it."""
    found: list[list[Any]] = []
    done: set[Any] = set()
    for start in edges:
        path: list[Any] = []
        stack: list[tuple[Any, bool]] = [(start, False)]
        while stack:
            node, left = stack.pop()
            if left:
                path.pop()
                done.add(node)
            elif node in path:
                found.append(path[path.index(node) :])
            elif node not in done:
                path.append(node)
                stack.append((node, True))
                stack += [(one, False) for one in edges.get(node, ())]
    return found
