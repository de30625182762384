"""Each plugin's migrations lead up, down and up again, to the tables of its models."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from ckan import model
from ckan.cli.db import _run_migrations, current_revision
from ckan.common import config
from ckanext.sonla.shared import log_permissions

from .conftest import MIGRATIONS, note_migrations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

OURS = sorted(path.parent.name for path in MIGRATIONS.glob("*/alembic.ini"))


def _shape(engine: sa.Engine) -> dict[str, Any]:
    """Return what a database is made of, triggers and functions included."""
    parts = {
        "columns": """
            SELECT table_schema, table_name, column_name, data_type, is_nullable,
                   column_default
            FROM information_schema.columns
            WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
        """,
        "constraints": """
            SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
            FROM pg_constraint WHERE conrelid <> 0
        """,
        "indexes": """
            SELECT schemaname, indexname, indexdef FROM pg_indexes
            WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
        """,
        "triggers": """
            SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid)
            FROM pg_trigger WHERE NOT tgisinternal
        """,
        "functions": """
            SELECT n.nspname, p.proname, pg_get_functiondef(p.oid)
            FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
            WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
              AND p.prokind = 'f'
        """,
    }
    with engine.connect() as connection:
        return {
            name: sorted(map(str, connection.execute(sa.text(query)).all()))
            for name, query in parts.items()
        }


@pytest.fixture
def migrate(reset_db: Any, superuser: sa.Engine) -> Iterator[Any]:
    """Run a plugin's migrations, and leave the databases whole afterwards."""
    reset_db()
    # A run that ends in the middle leaves no tables that the next one trusts.
    note_migrations(superuser, "")

    def give_the_log_back() -> None:
        """As an administrator does before the log goes: CKAN's role can't drop it."""
        role = sa.make_url(config["sqlalchemy.url"]).username
        with superuser.begin() as connection:
            connection.exec_driver_sql(log_permissions.giving_back(str(role)))

    def run(plugin: str, version: str, *, forward: bool) -> None:
        model.Session.remove()
        if plugin == "sonla" and not forward:
            give_the_log_back()
        if model.meta.engine is not None:
            model.meta.engine.dispose()
        _run_migrations(plugin, version, forward)

    yield run
    for plugin in OURS:
        run(plugin, "head", forward=True)


@pytest.mark.usefixtures("with_plugins")
@pytest.mark.parametrize("plugin", OURS)
def test_up_down_and_up_again_gives_the_same_tables(
    plugin: str, migrate: Any, superuser: sa.Engine
):
    before = _shape(superuser)
    migrate(plugin, "base", forward=False)
    assert current_revision(plugin) == "base"
    migrate(plugin, "head", forward=True)
    after = _shape(superuser)
    for part, content in before.items():
        assert after[part] == content, f"other {part} after {plugin} came back"


def _columns(columns: Iterable[Any], dialect: sa.Dialect) -> dict[str, str]:
    found = {}
    for column in columns:
        kind = column["type"].compile(dialect)
        # PostgreSQL's text and its varchar without a length are the same.
        kind = re.sub(r"VARCHAR(?!\()", "TEXT", kind)
        found[column["name"]] = kind if column["nullable"] else f"{kind} NOT NULL"
    return found


def _model_columns(table: sa.Table, dialect: sa.Dialect) -> dict[str, str]:
    return _columns(
        (
            {"name": c.name, "type": c.type, "nullable": c.nullable}
            for c in table.columns
        ),
        dialect,
    )


@pytest.mark.usefixtures("with_plugins")
def test_the_migrations_make_the_tables_of_the_models(superuser: sa.Engine):
    """Rules that the database keeps alone, such as triggers, need no model."""
    real = sa.inspect(superuser)
    models = {
        name: table
        for name, table in model.meta.metadata.tables.items()
        if name.startswith("sonla_")
    }
    tables = {
        name
        for name in real.get_table_names()
        if name.startswith("sonla_") and not name.endswith("alembic_version")
    }
    assert tables == set(models)
    for name, table in models.items():
        assert _columns(real.get_columns(name), superuser.dialect) == _model_columns(
            table, superuser.dialect
        ), name
        key = set(real.get_pk_constraint(name)["constrained_columns"])
        assert key == set(table.primary_key.columns.keys()), name
