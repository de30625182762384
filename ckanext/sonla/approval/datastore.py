"""The DataStore's database: its three roles, and transactions of two of them.

The role `sonla_tables` owns what is frozen or published; CKAN's write role owns only
drafts. So no CKAN action, job or loader can write, alter or drop a frozen table.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import psycopg2
import sqlalchemy as sa
from sqlalchemy import exc

import ckan.plugins.toolkit as tk
from ckan import model

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)

# A database that is away, or lets nobody at a table in time.
DOWN = (psycopg2.OperationalError, exc.OperationalError)
OWNER_URL = "sonla.datastore.owner_url"


@lru_cache(maxsize=4)
def _engine(url: str) -> sa.Engine:
    return sa.create_engine(url, pool_pre_ping=True, pool_size=2)


def owner_engine() -> sa.Engine:
    """Return the engine of the role that owns frozen and published tables."""
    return _engine(tk.config[OWNER_URL])


def owner_role() -> str:
    """Return the name of the role that owns frozen and published tables."""
    return sa.make_url(tk.config[OWNER_URL]).username or ""


def write_role() -> str:
    """Return the name of CKAN's DataStore write role, which owns drafts."""
    return sa.make_url(tk.config["ckan.datastore.write_url"]).username or ""


def read_role() -> str:
    """Return the name of CKAN's DataStore read role."""
    return sa.make_url(tk.config["ckan.datastore.read_url"]).username or ""


def is_on() -> bool:
    """Tell whether the portal has a DataStore."""
    return bool(tk.config.get(OWNER_URL)) and "datastore" in tk.config["ckan.plugins"]


@contextmanager
def owning() -> Iterator[Any]:
    """Give a psycopg2 cursor of the owner role, in one transaction."""
    with owner_engine().begin() as connection:
        yield connection.connection.cursor()


@contextmanager
def writing() -> Iterator[Any]:
    """Give a psycopg2 cursor of CKAN's write role, in one transaction."""
    engine = _engine(tk.config["ckan.datastore.write_url"])
    with engine.begin() as connection:
        yield connection.connection.cursor()


@contextmanager
def or_later() -> Iterator[None]:
    """Leave what is inside to the next tick, should the DataStore be away.

    For what follows a commit: the decision stands, and the tick does the rest.
    """
    try:
        yield
    except DOWN:
        model.Session.rollback()
        log.exception("The DataStore does not answer: the tick goes on")
