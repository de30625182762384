"""The dictionary of terms: every `field=value` of the index has a number.

Terms are written on a connection of the index's own and committed at once. A term that
no document has yet harms nobody, while one that waits for CKAN's commit would make
other people's saves wait, or lock each other for good.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from . import tables
from .document import Term, digest

if TYPE_CHECKING:
    from collections.abc import Iterable


def numbers(connection: sa.Connection, terms: Iterable[Term]) -> dict[Term, int]:
    """Look terms up; those that no document ever had are left out."""
    by_digest = {_uuid(digest(term)): term for term in terms}
    if not by_digest:
        return {}
    rows = connection.execute(
        sa.select(tables.term.c.digest, tables.term.c.id).where(
            tables.term.c.digest == sa.any_(sa.cast(list(by_digest), _UUIDS))
        )
    )
    return {by_digest[row.digest]: row.id for row in rows}


def number_all(
    connection: sa.Connection, engine: sa.Engine, terms: Iterable[Term]
) -> dict[Term, int]:
    """Look terms up and add those that are new.

    Args:
        connection: where the lookup happens (CKAN's transaction).
        engine: the index's own, for the additions.
        terms: any number of fields and values.
    """
    wanted = set(terms)
    known = numbers(connection, wanted)
    missing = wanted - set(known)
    if missing:
        # Sorted, so that two writers never wait for each other in a circle.
        rows = [
            {"field": field, "value": value, "digest": _uuid(digest((field, value)))}
            for field, value in sorted(missing)
        ]
        with engine.begin() as own:
            own.execute(
                insert(tables.term).on_conflict_do_nothing(
                    index_elements=[tables.term.c.digest]
                ),
                rows,
            )
            known |= numbers(own, missing)
    return known


def lock_for_use(connection: sa.Connection) -> None:
    """Keep the dictionary's terms until this transaction ends; writers share this."""
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(_LOCK)))


def lock_against_use(connection: sa.Connection) -> bool:
    """Keep writers away until this transaction ends; False if there is one now."""
    return bool(connection.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(_LOCK))))


_LOCK = 0x5EA6C4  # any number that nobody else uses for an advisory lock
_UUIDS = sa.ARRAY(sa.Uuid(as_uuid=False))


def _uuid(text: str) -> str:
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
