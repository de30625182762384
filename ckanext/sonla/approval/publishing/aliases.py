"""Aliases of a table: names for its readers, which change with the publication only.

A draft of a published table can't have its aliases yet, for a name belongs to one
table. So what the officer asks for is noted, is part of the digest, and the switch
does it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.datastore import helpers
from ckanext.sonla.approval import datastore, states, tables
from ckanext.sonla.approval.model import Revision, RevisionResource

if TYPE_CHECKING:
    from ckan.types import DataDict


def set_aside(
    row: RevisionResource | None, data_dict: DataDict
) -> tuple[DataDict, list[str] | None]:
    """Take the aliases out of what `datastore_create` is asked for a draft.

    Args:
        row: what the table's resource stands for; a table that isn't the draft of a
            published one has its aliases at once.

    Returns:
        What is left to do at once, and the aliases that were asked for, if any were.

    Raises:
        ValidationError: an alias belongs to another table, or is no name.
    """
    asked = data_dict.get("aliases")
    if row is None or asked is None:
        return data_dict, None
    names = sorted(set(helpers.get_list(asked) or []))
    check(row, names)
    return {k: v for k, v in data_dict.items() if k != "aliases"}, names


def check(row: RevisionResource, names: list[str]) -> None:
    """Refuse aliases that are no names, or that mean another table (409)."""
    with datastore.owning() as cursor:
        for name in names:
            if not helpers.is_valid_table_name(name):
                message = tk._("{name} cannot be the name of a table")
            elif tables.meaning(cursor, name) in (None, row.public_id):
                if not _wanted_elsewhere(row, name):
                    continue
                message = tk._("Another draft wants the alias {name}")
            else:
                message = tk._("{name} is the name of another table")
            raise tk.ValidationError({"alias": [message.format(name=name)]})


def _wanted_elsewhere(row: RevisionResource, name: str) -> bool:
    other = (
        sa.select(RevisionResource.working_id)
        .join(Revision, Revision.id == RevisionResource.revision_id)
        .where(
            Revision.state.in_(states.OPEN),
            RevisionResource.working_id != row.working_id,
            RevisionResource.aliases.contains([name]),
        )
    )
    return model.Session.scalars(other.limit(1)).first() is not None


def described(
    cursor: Any, row: RevisionResource | None, table: dict[str, Any]
) -> dict[str, Any]:
    """Return a frozen table's description with the aliases that it is going to have."""
    if row is None:
        return table
    if row.aliases is None:
        names = {*table["aliases"], *tables.aliases(cursor, row.public_id)}
    else:
        check(row, row.aliases)
        names = {*row.aliases}
    return {**table, "aliases": sorted(names)}


def wanted(revision: Revision) -> dict[str, list[str]]:
    """Return the aliases that an update changes, by the public table's name."""
    rows = model.Session.scalars(
        sa.select(RevisionResource).where(
            RevisionResource.revision_id == revision.id,
            RevisionResource.aliases.is_not(None),
        )
    )
    return {row.public_id: row.aliases or [] for row in rows}
