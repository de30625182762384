"""The versions of a table's rules: one for each decision that changed them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.catalogue.model import DECIDED, Edition, Entry


def of(code: str, table: str) -> list[dict[str, Any]]:
    """Return the versions of a table's Table Schema, the newest first.

    Args:
        code: the entry's code.
        table: the table's name.
    """
    rows = model.Session.execute(
        sa.select(Entry.tables, Edition)
        .join(Edition, Edition.id == Entry.edition_id)
        .where(Entry.code == code, Entry.retired.is_(False), Edition.state.in_(DECIDED))
        .order_by(Edition.effective_date, Edition.decided)
    ).all()
    found: list[dict[str, Any]] = []
    for tables, edition in rows:
        schema = next((one["schema"] for one in tables if one["name"] == table), None)
        if schema is None or (found and found[-1]["schema"] == schema):
            continue
        found.append(
            {
                "version": len(found) + 1,
                "edition_id": edition.id,
                "decision_number": edition.decision_number,
                "effective_date": edition.effective_date.isoformat(),
                "schema": schema,
                **_changes(found[-1]["schema"] if found else {"fields": []}, schema),
            }
        )
    return found[::-1]


def _changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[str]]:
    """Return which fields came, went and changed."""
    old = {one["name"]: one for one in before["fields"]}
    new = {one["name"]: one for one in after["fields"]}
    return {
        "added": [name for name in new if name not in old],
        "removed": [name for name in old if name not in new],
        "changed": [
            name for name, one in new.items() if name in old and old[name] != one
        ],
    }
