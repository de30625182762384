"""What an erasure is asked to take out, and where it lies in a frozen content."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.approval import steps

if TYPE_CHECKING:
    from collections.abc import Iterator

# A dataset's address and its place are no personal data, and nothing works without.
_NEEDED = frozenset({"name", "agency", "domains", "type", "catalogue_entry"})
_KEYS = frozenset({"resource", "field", "file", "rows", "columns"})
# What must say something: it says that it was erased.
_SAID = frozenset({"title", "notes", "description", "name"})
_LISTS = frozenset({"tags", "extras"})
ERASED = "[đã xóa]"


@dataclass(frozen=True)
class Item:
    """One thing to take out: exactly one of field, file, rows and columns.

    `resource` says where, by name, id or place (1 is the first); without it, it is a
    field of the dataset. `rows` names values of columns, all of which a row must have.
    """

    resource: str | int | None = None
    field: str | None = None
    file: bool = False
    rows: dict[str, tuple[str | None, ...]] | None = None
    columns: tuple[str, ...] = ()

    def told(self) -> dict[str, Any]:
        """Return what the log may say of it: where, but never what it was."""
        where = {"resource": self.resource} if self.resource is not None else {}
        if self.rows is not None:
            return {**where, "rows": sorted(self.rows)}
        if self.columns:
            return {**where, "columns": list(self.columns)}
        return {**where, **({"file": True} if self.file else {"field": self.field})}


@dataclass
class Place:
    """A resource as an erasure recognises it in other revisions and in drafts."""

    name: str | None = None
    addresses: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)

    def is_at(self, resource: dict[str, Any]) -> bool:
        """Tell whether a resource, frozen or drafted, is this one."""
        known = set(addresses_of(resource)) | {resource.get("sha256")}
        return bool(
            resource.get("id") in self.ids
            or (self.name and resource.get("name") == self.name)
            or known & self.addresses
        )


def what(value: Any) -> list[dict[str, Any]]:
    """Validate what to erase: one thing, or a list of them."""
    asked = [value] if isinstance(value, dict) else value
    if not isinstance(asked, list) or not asked:
        raise tk.Invalid(tk._("Say what to erase, as a list"))
    for one in asked:
        item(one)
    return asked


def item(asked: Any) -> Item:
    """Read one thing to erase."""
    if not isinstance(asked, dict) or set(asked) - _KEYS:
        raise tk.Invalid(tk._("Unknown value: {value}").format(value=str(asked)[:80]))
    named = [key for key in ("field", "file", "rows", "columns") if asked.get(key)]
    if len(named) != 1:
        raise tk.Invalid(tk._("Name a field, a file, rows or columns"))
    where = asked.get("resource")
    if where is None and named != ["field"]:
        raise tk.Invalid(tk._("Say of which resource"))
    if where is None and asked["field"] in _NEEDED:
        raise tk.Invalid(tk._("This field is needed: correct it by an update"))
    return Item(
        resource=where,
        field=asked.get("field"),
        file=bool(asked.get("file")),
        rows=_conditions(asked.get("rows")),
        columns=tuple(_texts(asked.get("columns"))),
    )


def decision(value: Any) -> dict[str, str]:
    """Validate the decision: its number, its date, and what it says."""
    if not isinstance(value, dict):
        raise tk.Invalid(tk._("A decision has number, date and text"))
    told = {
        key: str(value.get(key) or "").strip() for key in ("number", "date", "text")
    }
    if not all(told.values()):
        raise tk.Invalid(tk._("A decision has number, date and text"))
    try:
        dt.date.fromisoformat(told["date"])
    except ValueError as error:
        raise tk.Invalid(tk._("Write a date as 2026-09-30")) from error
    return told


def instead_of(field_name: str) -> Any:
    """Return what stands in the place of an erased field; None: nothing does."""
    if field_name in _LISTS:
        return []
    return ERASED if field_name in _SAID else None


def place_of(where: str | int, content: dict[str, Any], ids: list[str]) -> Place:
    """Find a resource of a frozen content; 409 if it isn't there.

    Args:
        where: its name, id or place.
        content: of the revision that the erasure names.
        ids: the ids of the content's resources in their order, if they are known.
    """
    resources = content.get("resources") or []
    for number, resource in enumerate(resources):
        id_ = ids[number] if number < len(ids) else None
        if str(where) in {resource.get("name"), id_, str(number + 1)}:
            alone = [r.get("name") for r in resources].count(resource.get("name")) == 1
            return Place(
                name=resource.get("name") if alone else None,
                addresses=set(addresses_of(resource)),
                ids={id_} if id_ else set(),
            )
    raise steps.conflict(
        "what", tk._("The revision has no resource {name}").format(name=where)
    )


def addresses_of(resource: dict[str, Any]) -> Iterator[str]:
    """Yield the addresses that a frozen resource names: its file's, its table's."""
    for part in ("file", "table"):
        described = resource.get(part)
        if isinstance(described, dict) and described.get("sha256"):
            yield described["sha256"]


def _conditions(value: Any) -> dict[str, tuple[str | None, ...]] | None:
    if not value:
        return None
    if not isinstance(value, dict):
        raise tk.Invalid(tk._("Rows are named by values of their columns"))
    return {
        str(column): tuple(
            _text(one) for one in (wanted if isinstance(wanted, list) else [wanted])
        )
        for column, wanted in value.items()
    }


def _text(value: Any) -> str | None:
    """Return a value as PostgreSQL writes it."""
    if isinstance(value, bool):
        return "t" if value else "f"
    return None if value is None else str(value)


def _texts(value: Any) -> list[str]:
    return [str(one) for one in (value if isinstance(value, list) else [value]) if one]
