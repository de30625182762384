"""Where comparisons are kept: a schema of the DataStore's database.

Only the owner of the frozen tables reads it; nobody meets it through CKAN.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg2.extras import Json
from psycopg2.sql import SQL, Identifier

from ckanext.sonla.approval import datastore

if TYPE_CHECKING:
    from collections.abc import Callable

SCHEMA = "sonla_compared"


@dataclass(frozen=True)
class Keep:
    """Under which name to keep a comparison, and whether it may still be kept.

    `still` is asked after the comparison: the switch may have come in between.
    """

    revision_id: str
    resource_id: str
    digest: str
    still: Callable[[], bool]

    @property
    def table(self) -> str:
        """The name of the table that lists the rows."""
        text = "\n".join((self.revision_id, self.resource_id, self.digest))
        return "rows_" + hashlib.sha256(text.encode()).hexdigest()[:40]


def ensure_schema() -> None:
    """Make the place where comparisons are kept; only the owner role looks there."""
    with datastore.owning() as cursor:
        cursor.execute("SELECT to_regclass(%s)", (f"{SCHEMA}.kept",))
        if cursor.fetchone()[0] is not None:
            return
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (SCHEMA,))
        schema, kept = Identifier(SCHEMA), Identifier(SCHEMA, "kept")
        cursor.execute(SQL("CREATE SCHEMA IF NOT EXISTS {}").format(schema))
        cursor.execute(
            SQL(
                "CREATE TABLE IF NOT EXISTS {} (revision_id text, resource_id text,"
                " digest text, rows text, summary jsonb NOT NULL,"
                " made timestamptz NOT NULL DEFAULT now(),"
                " PRIMARY KEY (revision_id, resource_id))"
            ).format(kept)
        )


def kept(cursor: Any, keep: Keep) -> dict[str, Any] | None:
    """Return the summary of a comparison that is kept."""
    cursor.execute(
        SQL(
            "SELECT summary FROM {} WHERE revision_id = %s AND resource_id = %s"
            " AND digest = %s"
        ).format(Identifier(SCHEMA, "kept")),
        (keep.revision_id, keep.resource_id, keep.digest),
    )
    row = cursor.fetchone()
    return row[0] if row else None


def store(cursor: Any, keep: Keep, summary: dict[str, Any]) -> None:
    """Keep a comparison's summary, whose rows lie in their table already."""
    cursor.execute(
        SQL(
            "INSERT INTO {} (revision_id, resource_id, digest, rows, summary)"
            " VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (revision_id, resource_id) DO UPDATE SET"
            " digest = excluded.digest, rows = excluded.rows,"
            " summary = excluded.summary, made = now()"
        ).format(Identifier(SCHEMA, "kept")),
        (
            keep.revision_id,
            keep.resource_id,
            keep.digest,
            keep.table if summary["listed"] is not None else None,
            Json(summary),
        ),
    )
