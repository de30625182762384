"""On which connection, and in whose transaction, the index is read and written.

A dataset's index entry belongs to the dataset's own transaction: a rollback undoes both
and a crash leaves no drift. CKAN indexes before its commit in most places and after it
in some (`member_create`, `tag_delete`, saving a group); what comes after it is written
and committed on a connection of the index's own.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from ckan import model
from ckan.common import config
from ckan.model import meta

from .errors import SolrError

if TYPE_CHECKING:
    from collections.abc import Iterator


_engines: dict[str, sa.Engine] = {}


def _leave_to_parent() -> None:
    for made in _engines.values():
        made.dispose(close=False)


# The web server and the worker fork; two processes must not share a connection.
os.register_at_fork(after_in_child=_leave_to_parent)


def engine() -> sa.Engine:
    """Answer the index's own way to CKAN's database.

    Apart from CKAN's pool, so that a save never waits for a second connection of it.
    """
    url = config["sqlalchemy.url"]
    if url not in _engines:
        _engines[url] = sa.create_engine(
            url, pool_size=2, max_overflow=20, pool_pre_ping=True
        )
    return _engines[url]


def _ckan_is_changing() -> bool:
    """Tell if CKAN's transaction has changes that are flushed or wait to be."""
    session = model.Session()
    if session.new or session.dirty or session.deleted:
        return True
    if not session.in_transaction():
        return False
    if session.in_nested_transaction():
        return True
    # Asks PostgreSQL itself: raw SQL counts too, reading doesn't.
    asked = session.connection().scalar(
        sa.text("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")
    )
    return bool(asked)


def _told(error: SQLAlchemyError) -> SolrError:
    reason = str(getattr(error, "orig", None) or error).strip()
    if "search." in reason and "does not exist" in reason:
        reason += " (ckan db upgrade -p sonla_search makes the index's tables)"
    return SolrError(f"The search index in PostgreSQL refused: {reason}")


@contextmanager
def reading() -> Iterator[sa.Connection]:
    """Read in CKAN's transaction, which so sees its own changes.

    Raises:
        SolrError: PostgreSQL refused; CKAN's transaction goes on without an answer.
    """
    try:
        if meta.engine is None:  # CKAN starts, and asks if its search engine is there
            with engine().connect() as connection:
                yield connection
            return
        connection = model.Session.connection()
        with connection.begin_nested():
            yield connection
    except SQLAlchemyError as error:
        raise _told(error) from error


@contextmanager
def writing() -> Iterator[sa.Connection]:
    """Write in CKAN's transaction if it changes anything, else in one of our own.

    Raises:
        SolrError: PostgreSQL refused; CKAN's transaction goes on without the entry.
    """
    joined = meta.engine is not None and _ckan_is_changing()
    if joined:
        # Here, so that the database's refusals of CKAN's own rows keep their words.
        model.Session.flush()
    try:
        if joined:
            connection = model.Session.connection()
            with connection.begin_nested():
                yield connection
        else:
            with engine().begin() as connection:
                yield connection
    except SQLAlchemyError as error:
        raise _told(error) from error
