"""Bringing an amending edition up to date after another one was approved.

What the edition adds, changes and takes out stays; what it left as it was comes from
the edition that was approved meanwhile.
"""

from __future__ import annotations

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model

from . import register
from .editions import carry_over
from .model import Edition, Entry
from .states import reopen


def rebase(edition: Edition, actor: str | None) -> list[str]:
    """Let an open edition amend the last decided one, in the caller's transaction.

    Returns:
        The codes that both editions changed: this one's line stands.

    Raises:
        ValidationError: the edition is not open, or replaces all.
    """
    reopen(edition, actor)
    if edition.kind != "amending" or edition.base_id is None:
        raise tk.ValidationError(
            {"kind": [tk._("An edition that replaces all amends no other.")]}
        )
    latest = register.latest_edition()
    if latest is None or latest.id == edition.base_id:
        return []
    conflicts = _both_changed(edition, latest)
    _drop(edition, [Entry.change == "unchanged"])
    own = {
        one.code: one
        for one in model.Session.scalars(
            sa.select(Entry).where(Entry.edition_id == edition.id)
        )
    }
    latest_codes = {one.code for one in register.entries_of(latest.id)}
    for code, entry in own.items():
        _settle(entry, there=code in latest_codes)
    edition.base_id = latest.id
    model.Session.flush()
    carry_over(latest.id, edition.id)
    model.Session.expire_all()
    return conflicts


def _both_changed(edition: Edition, latest: Edition) -> list[str]:
    """Return the codes of lines that differ from the common base on both sides."""
    base = {one.code: one for one in register.entries_of(str(edition.base_id))}
    now = {one.code: one for one in register.entries_of(latest.id)}
    ours = model.Session.scalars(
        sa.select(Entry.code)
        .where(Entry.edition_id == edition.id, Entry.change != "unchanged")
        .order_by(Entry.position)
    ).all()
    return [
        code
        for code in ours
        if (code in base) != (code in now)
        or (code in base and now[code].change == "changed")
    ]


def _settle(entry: Entry, *, there: bool) -> None:
    """Say of an own line what it does to the new base."""
    if entry.change == "retired" and not there:
        model.Session.delete(entry)
    elif entry.change == "added" and there:
        entry.change = "changed"
    elif entry.change == "changed" and not there:
        entry.change = "added"


def _drop(edition: Edition, where: list[sa.ColumnElement[bool]]) -> None:
    model.Session.flush()
    model.Session.execute(
        sa.delete(Entry)
        .where(Entry.edition_id == edition.id, *where)
        .execution_options(synchronize_session=False)
    )
    model.Session.expire_all()
