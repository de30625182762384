"""When a comparison is kept, and when it goes."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from psycopg2.sql import SQL, Identifier

from ckan import model
from ckanext.sonla.approval import datastore, states
from ckanext.sonla.approval.model import Revision, published_of
from ckanext.sonla.shared.tick import task

from .shelf import SCHEMA, Keep

if TYPE_CHECKING:
    from collections.abc import Collection

log = logging.getLogger(__name__)

_WITHOUT_ROWS = SQL("UPDATE {} SET rows = NULL WHERE revision_id = %s")
_GONE = SQL("DELETE FROM {} WHERE revision_id = %s")
# Nothing of both sides moves: the working tables are frozen, the public ones sealed.
STANDING = (states.SUBMITTED, states.SCHEDULED)


def keep_for(revision: Revision, resource_id: str) -> Keep | None:
    """Return under what to keep a comparison; None while its sides may change."""
    if revision.state not in STANDING or not revision.digest:
        return None
    base = published_of(revision.dataset_id)
    return Keep(
        revision_id=revision.id,
        resource_id=resource_id,
        digest=f"{revision.digest} {base.digest if base else ''}",
        still=lambda: _state_now(revision.id) in STANDING,
    )


def summaries_of(revision_id: str) -> dict[str, dict[str, Any]]:
    """Return the kept summaries of a revision's tables, by public resource id.

    They outlive the rows: a published revision still tells how much it changed.
    """
    if not datastore.is_on():
        return {}
    with datastore.owning() as cursor:
        cursor.execute("SELECT to_regclass(%s)", (f"{SCHEMA}.kept",))
        if cursor.fetchone()[0] is None:
            return {}
        cursor.execute(
            SQL("SELECT resource_id, summary FROM {} WHERE revision_id = %s").format(
                Identifier(SCHEMA, "kept")
            ),
            (revision_id,),
        )
        return dict(cursor.fetchall())


@task("approval.comparisons")
def drop_ended() -> None:
    """Drop the listed rows of revisions that no leader has before her any more."""
    if not datastore.is_on():
        return
    kept = _kept()
    standing = _in(kept, STANDING)
    public = _in(kept, (states.PUBLISHING, *states.PUBLIC))
    with datastore.owning() as cursor:
        for revision_id, rows in kept.items():
            if revision_id in standing:
                continue
            for name in rows:
                cursor.execute(
                    SQL("DROP TABLE IF EXISTS {}").format(Identifier(SCHEMA, name))
                )
            # What a published revision changed stays known, without the rows.
            then = (
                "UPDATE {} SET rows = NULL"
                if revision_id in public
                else "DELETE FROM {}"
            )
            cursor.execute(
                SQL(then + " WHERE revision_id = %s").format(
                    Identifier(SCHEMA, "kept")
                ),
                (revision_id,),
            )


def forget(cursor: Any, revision_ids: Collection[str]) -> None:
    """Drop what is kept of revisions, rows and figures (a decision of erasure).

    Args:
        cursor: of the tables' owner, in the caller's transaction.
    """
    kept = _kept()
    for revision_id in revision_ids:
        for name in kept.get(revision_id, ()):
            cursor.execute(
                SQL("DROP TABLE IF EXISTS {}").format(Identifier(SCHEMA, name))
            )
        if revision_id in kept:
            cursor.execute(_GONE.format(Identifier(SCHEMA, "kept")), (revision_id,))


def _kept() -> dict[str, list[str]]:
    """Return the tables of rows that are kept, by revision."""
    with datastore.owning() as cursor:
        cursor.execute("SELECT to_regclass(%s)", (f"{SCHEMA}.kept",))
        if cursor.fetchone()[0] is None:
            return {}
        cursor.execute(
            SQL(
                "SELECT revision_id, array_remove(array_agg(rows), NULL)"
                " FROM {} GROUP BY revision_id"
            ).format(Identifier(SCHEMA, "kept"))
        )
        return dict(cursor.fetchall())


def _in(revisions: Collection[str], wanted: tuple[str, ...]) -> set[str]:
    return set(
        model.Session.scalars(
            sa.select(Revision.id).where(
                Revision.id.in_(revisions), Revision.state.in_(wanted)
            )
        )
    )


def _state_now(revision_id: str) -> str | None:
    return model.Session.scalar(
        sa.select(Revision.state).where(Revision.id == revision_id)
    )
