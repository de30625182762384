# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""The seals of the databases: triggers, and the ownership of tables."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.common import config
from tests.seal.test_seals import (
    ERASING,
    MOVES,
    OFFICE,
    REVISIONS,
    ROWS,
    TABLES,
    filled,
)

from .seal import Holds, Removal, Seal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.seal.world import World

TRIGGERS = {
    ("package", "sonla_seal"): "package",
    ("package", "sonla_seal_public"): "public",
    ("resource", "sonla_seal"): "resource",
    ("resource", "sonla_seal_id"): "resource id",
    ("package_tag", "sonla_seal"): "package_tag",
    ("package_member", "sonla_seal"): "package_member",
    ("package_relationship", "sonla_seal"): "package_relationship object",
    ("resource_view", "sonla_seal"): "resource_view",
    ("member", "sonla_seal"): "member",
    ("group", "sonla_seal"): "group",
    ("tag", "sonla_seal"): "tag",
    ("vocabulary", "sonla_seal"): "vocabulary",
    ("harvest_object", "sonla_seal"): "harvest_object",
    ("package_tag", "sonla_seal_truncate"): "truncate package_tag",
    ("package_member", "sonla_seal_truncate"): "truncate package_member",
    ("package_relationship", "sonla_seal_truncate"): "truncate package_relationship",
    ("resource_view", "sonla_seal_truncate"): "truncate resource_view",
    ("member", "sonla_seal_truncate"): "truncate member",
    ("sonla_revision", "sonla_seal_truncate"): "truncate sonla_revision",
    ("sonla_revision", "sonla_revision_born"): "born published",
    ("sonla_revision", "sonla_revision_moves"): "back to draft",
    ("sonla_revision", "sonla_revision_stays"): "delete",
    ("sonla_revision", "sonla_revision_erased"): "erasing",
    ("sonla_take_down", "sonla_take_down_born"): "taken by nobody",
    ("sonla_take_down", "sonla_take_down_moves"): "taken otherwise",
    ("sonla_take_down", "sonla_take_down_stays"): "taken never",
    ("sonla_take_down", "sonla_take_down_whole"): "truncate sonla_take_down",
    ("sonla_erasure", "sonla_erasure_born"): "erased by nobody",
    ("sonla_erasure", "sonla_erasure_stays"): "erased otherwise",
    ("sonla_erasure", "sonla_erasure_whole"): "truncate sonla_erasure",
    ("sonla_domain_move", "sonla_domain_move_born"): "by nobody",
    ("sonla_domain_move", "sonla_domain_move_stays"): "moved otherwise",
    ("sonla_domain_move", "sonla_domain_move_whole"): "truncate sonla_domain_move",
}


# A TRUNCATE goes on to the tables that refer to the first, and meets their triggers.
CASCADED = {
    ("sonla_revision", "sonla_seal_truncate"): (
        ("sonla_take_down", "sonla_take_down_whole"),
        ("sonla_erasure", "sonla_erasure_whole"),
    )
}


PUBLIC = "UPDATE package SET private = false WHERE id = '{twin}'"


def triggers() -> Iterator[Seal]:
    """Yield the triggers on the tables of CKAN and of the portal."""
    statements = {
        **ROWS,
        **REVISIONS,
        **OFFICE,
        **MOVES,
        "erasing": ERASING,
        "public": PUBLIC,
    }
    for (table, trigger), name in TRIGGERS.items():
        yield Seal(
            f"trigger {trigger} on {table}",
            _without_trigger(table, trigger),
            statement_refused(statements[name]),
        )


def _without_trigger(table: str, trigger: str) -> Removal:
    @contextmanager
    def without(world: World) -> Iterator[None]:
        def switch(verb: str) -> None:
            also = CASCADED.get((table, trigger), ())
            with world.superuser.begin() as connection:
                for where, what in ((table, trigger), *also):
                    statement = f'ALTER TABLE "{where}" {verb} TRIGGER {what}'
                    connection.execute(sa.text(statement))

        switch("DISABLE")
        try:
            yield
        finally:
            switch("ENABLE")

    return without


def statement_refused(statement: str) -> Holds:
    def holds(world: World) -> bool:
        model.Session.remove()
        with model.meta.engine.connect() as connection:
            try:
                connection.execute(filled(statement, world))
            except tk.NotAuthorized:
                return True
            finally:
                connection.rollback()
        return False

    return holds


def ownership() -> Iterator[Seal]:
    """Yield the seal of the tables: whose they are."""
    yield Seal("table ownership", _without_ownership, _tables_hold)


@contextmanager
def _without_ownership(world: World) -> Iterator[None]:
    def give(url: str) -> None:
        owner = sa.make_url(config[url]).username
        with world.tables.begin() as connection:
            connection.execute(
                sa.text(f'ALTER TABLE "{world.sealed.resource}" OWNER TO {owner}')
            )

    give("ckan.datastore.write_url")
    try:
        yield
    finally:
        give("sonla.datastore.owner_url")


def _tables_hold(world: World) -> bool:
    engine = sa.create_engine(config["ckan.datastore.write_url"])
    with engine.connect() as connection:
        try:
            connection.execute(filled(TABLES["update"], world))
        except tk.NotAuthorized:
            return True
        finally:
            connection.rollback()
            engine.dispose()
    return False
