"""A portal of the benchmark's own: one agency, and datasets with tables of any size.

The rows are made inside PostgreSQL, so that making them takes less than measuring.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from psycopg2.sql import SQL, Identifier, Literal

from ckan import model
from ckan.cli import load_config
from ckan.cli.db import _run_migrations
from ckan.config.middleware import make_app
from ckan.plugins import plugin_loaded
from ckanext.sonla.approval import datastore, tables
from tests.conftest import MIGRATED
from tests.factories import approval as make

if TYPE_CHECKING:
    from collections.abc import Iterator

Revision = dict[str, Any]
KEY = "ma"
MARK = "so"


@contextmanager
def portal() -> Iterator[Any]:
    """Load CKAN on the databases that `CKAN_INI` names, and give its application."""
    app: Any = make_app(load_config(os.environ["CKAN_INI"]))
    model.repo.init_db()
    for plugin in MIGRATED:
        if plugin_loaded(plugin):
            _run_migrations(plugin)
    with app._wsgi_app.test_request_context():
        yield app


def resource_of(revision: Revision) -> str:
    """Return the id of the one resource that a revision has."""
    return make.show(revision["package_id"])["resources"][0]["id"]


def publish(office: make.Office, rows: int, columns: int = 4) -> Revision:
    """Publish a dataset with a table through two people."""
    revision = make.draft(office, file=b"%PDF-1.4 1")
    fill(office, resource_of(revision), rows, columns, mark=1)
    return make.approve(office, make.submit(office, revision))


def update(office: make.Office, dataset_id: str) -> Revision:
    """Open an update, and give it a file of its own, so that no table is copied."""
    revision = make.act(office.officer, "sonla_revision_open", dataset_id=dataset_id)
    content = b"%PDF-1.4 " + revision["id"].encode()
    make.upload(office, revision["package_id"], content, id=resource_of(revision))
    return revision


def fill(
    office: make.Office, resource_id: str, rows: int, columns: int, *, mark: int
) -> None:
    """Give a resource a table: a key, a number that all rows share, and texts.

    Args:
        columns: how many in all; `mark` is the number that all rows share.
    """
    texts = [f"cot_{number}" for number in range(columns - 2)]
    make.act(
        office.officer,
        "datastore_create",
        resource_id=resource_id,
        fields=[{"id": KEY, "type": "int8"}, {"id": MARK, "type": "int8"}]
        + [{"id": text, "type": "text"} for text in texts],
        primary_key=[KEY],
        records=[],
        force=True,
    )
    with datastore.writing() as cursor:
        table = Identifier(resource_id)
        # The search vectors are no part of what is measured here.
        cursor.execute(SQL("ALTER TABLE {} DISABLE TRIGGER zfulltext").format(table))
        cursor.execute(
            SQL(
                "INSERT INTO {} ({}) SELECT n, {}, {} FROM generate_series(1, {}) n"
            ).format(
                table,
                tables.named([KEY, MARK, *texts]),
                Literal(mark),
                SQL(", ").join(SQL("'Bản Mường ' || n % 9973") for _ in texts),
                Literal(rows),
            )
        )
        cursor.execute(SQL("ALTER TABLE {} ENABLE TRIGGER zfulltext").format(table))


def take_old(revision: Revision, last: Revision, mark: int) -> None:
    """Let an update stage the table that the last publication replaced.

    It has the right size already: a second measurement needs no second filling.

    Args:
        last: the dataset's last publication.
    """
    staged = resource_of(revision)
    with datastore.owning() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s"
            " AND split_part(tablename, '_', 2) = %s",
            (tables.OLD_SCHEMA, last["id"][:8]),
        )
        old = cursor.fetchone()[0]
        cursor.execute(
            SQL("ALTER TABLE {} SET SCHEMA public").format(
                Identifier(tables.OLD_SCHEMA, old)
            )
        )
        cursor.execute(
            SQL("ALTER TABLE {} RENAME TO {}").format(
                Identifier("public", old), Identifier(staged)
            )
        )
        # So that it is another table, by one row.
        cursor.execute(
            SQL("UPDATE {} SET {} = %s WHERE {} = 1").format(
                Identifier("public", staged), Identifier(MARK), Identifier(KEY)
            ),
            (mark,),
        )
        tables.give(cursor, staged, datastore.write_role())
    model.Session.execute(
        sa.text(
            "UPDATE sonla_revision_resource SET inherited_table = NULL"
            " WHERE working_id = :id"
        ),
        {"id": staged},
    )
    model.Session.commit()
