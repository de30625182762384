"""Fixtures of the search tests: CKAN with the search plugin alone."""

from __future__ import annotations

from typing import Any

import pytest

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests import factories, helpers
from ckanext.sonla.search import schema


@pytest.fixture(scope="session")
def fields() -> schema.Schema:
    """CKAN's packaged schema.xml."""
    return schema.packaged()


@pytest.fixture
def index(with_plugins: Any, clean_db: Any) -> None:
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
