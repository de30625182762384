"""`ckan sonla search`: the index is compared with the datasets, and made anew."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from ckan import model
from ckanext.sonla.search import tables, transactions
from ckanext.sonla.search.cli import search_group

from .conftest import dataset, found, in_another_session

pytestmark = [
    pytest.mark.ckan_config("ckan.plugins", "sonla_search"),
    pytest.mark.ckan_config("ckan.auth.create_unowned_dataset", True),
    pytest.mark.usefixtures("index"),
]


def run(command: str) -> Any:
    return CliRunner().invoke(search_group, [command])


def test_an_index_that_follows_its_datasets_holds():
    dataset("Một")
    answer = run("check")
    assert (answer.exit_code, answer.output) == (0, "1 datasets, 1 in the index\n")


def test_every_difference_is_named_and_mended():
    missing, stale = dataset("Một", name="mot"), dataset("Hai", name="hai")
    model.Session.commit()
    with transactions.engine().begin() as connection:
        connection.execute(
            sa.delete(tables.document).where(tables.document.c.name == missing["name"])
        )
        connection.execute(
            sa.update(tables.document)
            .where(tables.document.c.name == stale["name"])
            .values(metadata_modified=sa.text("'2001-01-01'"))
        )
        connection.execute(
            sa.text(
                """
                INSERT INTO search.document
                    (index_id, grams, sortable, terms, words, fielded)
                SELECT 'nobodys', '', '{}', terms, '', '' FROM search.document
                """
            )
        )
        connection.execute(
            sa.text(
                "INSERT INTO search.term (field, value, digest) "
                "VALUES ('tags', 'unused', md5('unused')::uuid)"
            )
        )
    answer = run("check")
    assert answer.exit_code == 1
    assert "not indexed: mot" in answer.output
    assert "indexed in an older state: hai" in answer.output
    assert "indexed without a dataset: nobodys" in answer.output
    answer = run("rebuild")
    assert answer.exit_code == 0, answer.output
    assert run("check").exit_code == 0
    assert sorted(found("*:*")) == ["Hai", "Một"]
    unused = sa.select(sa.func.count()).where(tables.term.c.value == "unused")
    assert in_another_session(unused) == 0
