"""What an edition changes against the one before it, line by line and field by field.

An amending edition says of each line what it does; one that replaces all says nothing
of what it leaves out. So both are compared by codes with the edition that they follow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model

from . import register
from .answers import entry_dicts
from .entry_fields import FIELDS
from .model import DECIDED, Edition, Entry

if TYPE_CHECKING:
    from collections.abc import Iterable

CHANGES = ("added", "changed", "retired")
COMPARED = tuple(one for one in FIELDS if one not in ("code", "position"))


def followed_by(edition: Edition) -> Edition | None:
    """Return the edition that another one amends or replaces."""
    found = edition.base_id or edition.compared_id
    if found is not None:
        return model.Session.get(Edition, found)
    if edition.state in DECIDED:
        return None
    return register.latest_edition()


def compare(edition: Edition) -> dict[str, Any]:
    """Return what an edition adds, changes and takes out.

    Returns:
        `counts` by change, and `results`: `{code, change, title, entry, before,
        fields}`, in the order of the edition, what is taken out last. `entry` and
        `before` are the lines as the actions answer them, `fields` what differs:
        `{field, before, after}`.
    """
    base = followed_by(edition)
    before, after, unchanged = _lines(edition, base)
    # Many lines are equal: the cheap comparison leaves few for the one in words.
    differing = [
        code
        for code, entry in after.items()
        if code not in before or not _same(before[code], entry)
    ]
    gone = [code for code in before if code not in after]
    told = _told([after[code] for code in differing])
    told_before = _told([before[c] for c in (*differing, *gone) if c in before])
    pairs = [(told.get(code), told_before.get(code)) for code in (*differing, *gone)]
    results = [_result(*pair) for pair in pairs]
    results = [one for one in results if one["change"] != "changed" or one["fields"]]
    counts = {
        change: sum(1 for one in results if one["change"] == change)
        for change in CHANGES
    }
    counts["unchanged"] = unchanged + len(after) - counts["added"] - counts["changed"]
    return {
        "base_id": base.id if base else None,
        "counts": counts,
        "results": results,
    }


def _result(
    entry: dict[str, Any] | None, before: dict[str, Any] | None
) -> dict[str, Any]:
    shown = entry or before or {}
    return {
        "code": shown["code"],
        "change": "retired" if entry is None else "changed" if before else "added",
        "title": shown["title"],
        "entry": entry,
        "before": before,
        "fields": _fields(before, entry) if before and entry else [],
    }


def _lines(
    edition: Edition, base: Edition | None
) -> tuple[dict[str, Entry], dict[str, Entry], int]:
    """Return the lines to compare, by code, and how many need no comparison.

    An amending edition says which lines it leaves as they are: of 5,000 it changes few.
    """
    if base is None:
        return {}, _by_code(register.entries_of(edition.id)), 0
    if edition.kind != "amending":
        before = _by_code(register.entries_of(base.id))
        return before, _by_code(register.entries_of(edition.id)), 0
    touched = Entry.change != "unchanged"
    lines = model.Session.scalars(
        sa.select(Entry)
        .where(Entry.edition_id == edition.id, touched)
        .order_by(Entry.position, Entry.code)
    ).all()
    unchanged = model.Session.scalar(
        sa.select(sa.func.count())
        .select_from(Entry)
        .where(Entry.edition_id == edition.id, ~touched)
    )
    before = model.Session.scalars(
        sa.select(Entry)
        .where(
            Entry.edition_id == base.id,
            Entry.retired.is_(False),
            Entry.code.in_([one.code for one in lines]),
        )
        .order_by(Entry.position, Entry.code)
    )
    after = [one for one in lines if not one.retired]
    return _by_code(before), _by_code(after), unchanged or 0


def _by_code(entries: Iterable[Entry]) -> dict[str, Entry]:
    return {one.code: one for one in entries}


def _same(before: Entry, after: Entry) -> bool:
    ignored = ("id", "edition_id", "change", "position", "searched", "retired")
    columns = [one.name for one in after.__table__.columns if one.name not in ignored]
    return all(getattr(before, name) == getattr(after, name) for name in columns) and (
        {one.agency_id for one in before.providers}
        == {one.agency_id for one in after.providers}
    )


def _told(entries: list[Entry]) -> dict[str, dict[str, Any]]:
    return {one["code"]: one for one in entry_dicts(entries)}


def _fields(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"field": name, "before": before[name], "after": after[name]}
        for name in COMPARED
        if before[name] != after[name]
    ]
