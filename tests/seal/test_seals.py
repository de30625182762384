# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""Each seal by itself, against raw SQL of CKAN's own role and the tables' writer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.common import config

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .world import World

# One statement that each seal stops: {d}ataset, {r}esource, {v}iew, a{g}ency and so on.
ROWS = {
    "package": "UPDATE package SET title = 'x' WHERE id = '{dataset}'",
    "package hidden": "UPDATE package SET private = true WHERE id = '{dataset}'",
    "package delete": "UPDATE package SET state = 'deleted' WHERE id = '{dataset}'",
    "resource": "UPDATE resource SET url = 'x' WHERE id = '{resource}'",
    "resource insert": "INSERT INTO resource (id, url, package_id)"
    " VALUES ('x', 'x', '{dataset}')",
    "resource id": "INSERT INTO resource (id, url, package_id)"
    " VALUES ('gone-{dataset}', 'x', '{twin}')",
    "package_tag": "DELETE FROM package_tag WHERE package_id = '{dataset}'",
    "package_member": "DELETE FROM package_member WHERE package_id = '{dataset}'",
    "package_relationship": "UPDATE package_relationship SET comment = 'x'"
    " WHERE subject_package_id = '{dataset}'",
    "package_relationship object": "INSERT INTO package_relationship VALUES"
    " ('x', '{partner}', '{dataset}', 'child_of', '', 'active')",
    "resource_view": "UPDATE resource_view SET title = 'x' WHERE id = '{view}'",
    "member": "DELETE FROM member WHERE table_id = '{dataset}'",
    "group": "UPDATE \"group\" SET state = 'deleted' WHERE id = '{domain}'",
    "group agency": "UPDATE \"group\" SET type = 'x' WHERE id = '{agency}'",
    "tag": "UPDATE tag SET name = 'x' WHERE name = '{tag}'",
    "vocabulary": "UPDATE vocabulary SET name = 'x' WHERE id = '{vocabulary}'",
    "harvest_object": "UPDATE harvest_object SET current = false"
    " WHERE package_id = '{dataset}'",
    **{
        f"truncate {table}": f'TRUNCATE "{table}" CASCADE'
        for table in (
            "package",
            "resource",
            "package_tag",
            "package_member",
            "package_relationship",
            "resource_view",
            "member",
            "group",
            "tag",
            "vocabulary",
            "sonla_revision",
        )
    },
}

REVISIONS = {
    "delete": "DELETE FROM sonla_revision WHERE dataset_id = '{dataset}'",
    "back to draft": "UPDATE sonla_revision SET state = 'draft'"
    " WHERE dataset_id = '{dataset}'",
    "supersede": "UPDATE sonla_revision SET state = 'superseded'"
    " WHERE dataset_id = '{dataset}'",
    "digest": "UPDATE sonla_revision SET digest = 'x' WHERE dataset_id = '{dataset}'",
    "decided": "UPDATE sonla_revision SET decided_by = 'x'"
    " WHERE dataset_id = '{dataset}'",
    "born published": "INSERT INTO sonla_revision (id, dataset_id, package_id,"
    " agency_id, kind, state, opened, editors, findings, version, digest,"
    " submitted_by, decided_by) VALUES ('x', 'x', 'x', 'x', 'publication',"
    " 'published', now(), '{{}}', '[]', 1, 'd', 'a', 'b')",
    "published at once": "UPDATE sonla_revision SET state = 'published', digest = 'd',"
    " submitted_by = 'a', decided_by = 'b' WHERE dataset_id = '{twin}'",
}

# Our own names in our own statements.
# ruff: noqa: S608
_OPERATOR = "(SELECT table_id FROM member WHERE capacity = 'operator' LIMIT 1)"
_TAKEN = (
    "INSERT INTO sonla_take_down (id, dataset_id, agency_id, reason, taken_by, taken)"
    f" VALUES ('x', '{{dataset}}', 'x', 'x', {_OPERATOR}, now());"
)
_DECIDED = "jsonb_build_object('number', '1', 'date', '2026-01-01')"
_ERASED = (
    f"INSERT INTO sonla_erasure SELECT 'x', id, dataset_id, '[]', {_DECIDED},"
    f" {_OPERATOR}, now(), '[]' FROM sonla_revision"
    " WHERE dataset_id = '{dataset}';"
)
# An edition in force moves a dataset to the domain of its entry: here, where it is.
_MOVED = (
    "INSERT INTO sonla_domain_move SELECT 'x', package.id, entry.code, edition.id,"
    " entry.domain_id, '{{}}', now() FROM package"
    " JOIN sonla_entry AS entry ON entry.code = package.extras ->> 'catalogue_entry'"
    " JOIN sonla_edition AS edition"
    " ON edition.id = entry.edition_id AND edition.state = 'in_force'"
    " WHERE package.id = '{dataset}'; SELECT set_config('sonla.moving', 'x', true);"
)
MOVES = {
    "by nobody": _MOVED.replace("entry.domain_id", "'{other_domain}'"),
    "by another entry": _MOVED.replace("entry.code,", "'x',"),
    "elsewhere": f"{_MOVED} INSERT INTO member (id, table_name, table_id, group_id,"
    " capacity, state) VALUES ('x', 'package', '{dataset}', '{other_domain}',"
    " 'public', 'active')",
    "out of the domain": f"{_MOVED} UPDATE member SET state = 'deleted'"
    " WHERE table_id = '{dataset}' AND group_id = '{domain}'",
    "out of the agency": f"{_MOVED} UPDATE member SET state = 'deleted'"
    " WHERE table_id = '{dataset}' AND capacity = 'organization'",
    "to an agency": f"{_MOVED} INSERT INTO member (id, table_name, table_id, group_id,"
    " capacity, state) VALUES ('x', 'package', '{dataset}', '{other_agency}',"
    " 'public', 'active')",
    "without a trace": f"{_MOVED} DELETE FROM member"
    " WHERE table_id = '{dataset}' AND group_id = '{domain}'",
    "with its title": f"{_MOVED} UPDATE package SET title = 'x'"
    " WHERE id = '{dataset}'",
    "with another theme": f"{_MOVED} UPDATE package"
    " SET extras = jsonb_set(extras, '{{theme}}', '\"x\"') WHERE id = '{dataset}'",
    "with its entry": f"{_MOVED} UPDATE package SET extras ="
    " jsonb_set(extras, '{{catalogue_entry}}', '\"x\"') WHERE id = '{dataset}'",
}
# What only the operating office may do, and only as its rows say.
OFFICE = {
    "taken by nobody": _TAKEN.replace(_OPERATOR, "'nobody'"),
    "taken otherwise": f"{_TAKEN} UPDATE sonla_take_down SET reason = 'y'",
    "taken never": f"{_TAKEN} DELETE FROM sonla_take_down",
    "truncate sonla_take_down": "TRUNCATE sonla_take_down",
    "erased by nobody": _ERASED.replace(_OPERATOR, "'nobody'"),
    "erased without a decision": _ERASED.replace("'number'", "'no'"),
    "erased otherwise": f"{_ERASED} UPDATE sonla_erasure SET decision = '[]'",
    "truncate sonla_erasure": "TRUNCATE sonla_erasure CASCADE",
    "moved otherwise": f"{_MOVED} UPDATE sonla_domain_move SET domain_id = 'y'",
    "truncate sonla_domain_move": "TRUNCATE sonla_domain_move",
}

ERASING = (
    f"{_ERASED} SELECT set_config('sonla.erasing', 'x', true);"
    " UPDATE sonla_revision SET state = 'draft' WHERE dataset_id = '{dataset}'"
)

TABLES = {
    "insert": "INSERT INTO \"{resource}\" (ma) VALUES ('x')",
    "update": "UPDATE \"{resource}\" SET ten = 'x'",
    "delete": 'DELETE FROM "{resource}"',
    "truncate": 'TRUNCATE "{resource}"',
    "drop": 'DROP TABLE "{resource}" CASCADE',
    "alter": 'ALTER TABLE "{resource}" ADD COLUMN x text',
    "comment": "COMMENT ON COLUMN \"{resource}\".ma IS 'x'",
    "drop alias": 'DROP VIEW "bang_{alias}"',
}


@pytest.fixture
def ckan_role() -> Iterator[sa.Connection]:
    """CKAN's own connection, whose changes are thrown away."""
    model.Session.remove()
    with model.meta.engine.connect() as connection:
        yield connection
        connection.rollback()


def filled(statement: str, world: World) -> sa.TextClause:
    """Return a statement that aims at the published dataset."""
    names = {**vars(world.sealed), "twin": world.twin.dataset}
    return sa.text(statement.format(**names, alias=world.sealed.resource[:8]))


@pytest.mark.parametrize("name", ROWS)
def test_no_row_of_a_published_dataset_changes(
    world: World, ckan_role: sa.Connection, name: str
) -> None:
    with pytest.raises(tk.NotAuthorized, match="sonla_revision_open"):
        ckan_role.execute(filled(ROWS[name], world))


@pytest.mark.parametrize("name", MOVES)
def test_an_editions_move_reaches_the_datasets_domain_only(
    world: World, ckan_role: sa.Connection, name: str
) -> None:
    with pytest.raises(tk.NotAuthorized, match="sonla_revision_open"):
        ckan_role.execute(filled(MOVES[name], world))


@pytest.mark.parametrize("name", OFFICE)
def test_the_operating_office_acts_by_its_own_rows_only(
    world: World, ckan_role: sa.Connection, name: str
) -> None:
    with pytest.raises(tk.NotAuthorized, match="Only an operator"):
        ckan_role.execute(filled(OFFICE[name], world))


def test_an_erasure_changes_a_revisions_content_only(
    world: World, ckan_role: sa.Connection
) -> None:
    with pytest.raises(tk.NotAuthorized, match="own steps"):
        ckan_role.execute(filled(ERASING, world))


@pytest.mark.parametrize("name", REVISIONS)
def test_a_revision_moves_by_its_steps_only(
    world: World, ckan_role: sa.Connection, name: str
) -> None:
    with pytest.raises(tk.NotAuthorized, match=r"own steps|leader decides"):
        ckan_role.execute(filled(REVISIONS[name], world))


def test_naming_a_revision_that_is_not_being_published_opens_nothing(
    world: World, ckan_role: sa.Connection
) -> None:
    ckan_role.execute(
        filled(
            "SELECT set_config('sonla.publishing', (SELECT id FROM sonla_revision"
            " WHERE dataset_id = '{dataset}'), true)",
            world,
        )
    )
    with pytest.raises(tk.NotAuthorized, match="sonla_revision_open"):
        ckan_role.execute(filled(ROWS["package"], world))


def test_only_an_approval_makes_a_dataset_public(
    world: World, ckan_role: sa.Connection
) -> None:
    statement = "UPDATE package SET private = false WHERE id = '{twin}'"
    with pytest.raises(tk.NotAuthorized, match="sonla_revision_submit"):
        ckan_role.execute(filled(statement, world))


@pytest.mark.parametrize("name", TABLES)
def test_the_writer_of_the_datastore_cannot_touch_a_published_table(
    world: World, name: str
) -> None:
    engine = sa.create_engine(config["ckan.datastore.write_url"])
    with (
        engine.connect() as connection,
        pytest.raises(tk.NotAuthorized, match="sonla_revision_open"),
    ):
        connection.execute(filled(TABLES[name], world))
    engine.dispose()


def test_the_portals_database_is_not_dropped_while_something_is_published(
    world: World,
) -> None:
    metadata = sa.MetaData()
    with model.meta.engine.begin() as connection:
        metadata.reflect(connection, only=["sonla_revision"])
        with pytest.raises(tk.NotAuthorized, match="sonla_revision_open"):
            metadata.drop_all(connection)


def test_the_button_is_hidden_and_the_refusal_has_words(world: World) -> None:
    page: Any = world.app.get(
        f"/dataset/{world.sealed.name}",
        headers={"Authorization": world.tokens["sysadmin"]},
    ).get_data(as_text=True)
    assert f"/dataset/edit/{world.sealed.name}" not in page
    with pytest.raises(tk.NotAuthorized, match="sonla_revision_open"):
        tk.check_access(
            "package_update",
            {"user": world.people["officer"]},
            {"id": world.sealed.dataset},
        )
