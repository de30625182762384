"""Fixtures of the search tests: CKAN with the search plugin alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests import factories, helpers
from ckanext.sonla.search import schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@pytest.fixture(scope="session")
def fields() -> schema.Schema:
    """CKAN's packaged schema.xml."""
    return schema.packaged()


@pytest.fixture(scope="module")
def unsealed(superuser: sa.Engine) -> Iterator[None]:
    """Let CKAN's own factories publish: what is tried here is search, not the seal.

    The triggers of the other features stay in the database when their plugins aren't
    loaded; they are put to sleep for a module, in a test's throw-away database.
    """
    found = sa.text(
        """
        SELECT format('ALTER TABLE %s %%s TRIGGER %I', tgrelid::regclass, tgname)
        FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
        WHERE NOT tgisinternal AND tgname LIKE 'sonla%' AND tgenabled = 'O'
          AND relname NOT LIKE 'sonla%'
        """
    )
    with superuser.connect() as connection:
        statements = connection.scalars(found).all()
    _each(superuser, statements, "DISABLE")
    yield
    _each(superuser, statements, "ENABLE")


def _each(superuser: sa.Engine, statements: Sequence[str], verb: str) -> None:
    model.Session.remove()
    with superuser.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement % verb)


@pytest.fixture
def index(with_plugins: Any, unsealed: Any, clean_db: Any) -> None:
    """CKAN with an empty database and an empty index."""


def dataset(title: str, **values: Any) -> dict[str, Any]:
    """Make a dataset, public unless told otherwise."""
    return factories.Dataset(title=title, **values)


def found(q: str, **parameters: Any) -> list[str]:
    """Search as a stranger; answer titles in their order."""
    answer = tk.get_action("package_search")({"user": ""}, {"q": q, **parameters})
    return [item["title"] for item in answer["results"]]


def found_by_all(q: str, **parameters: Any) -> list[str]:
    """Search everything, private datasets too; answer titles in their order."""
    answer = helpers.call_action(
        "package_search", q=q, include_private=True, include_drafts=True, **parameters
    )
    return [item["title"] for item in answer["results"]]


def in_another_session(statement: Any) -> Any:
    """Ask the database from outside CKAN's transaction."""
    assert model.meta.engine is not None
    with model.meta.engine.connect() as connection:
        return connection.scalar(statement)
