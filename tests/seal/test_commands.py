# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""The `ckan` commands that write meet the seal too.

Each runs on the twin first, and does there what it says.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from ckan import model
from ckan.cli import dataset as dataset_cli
from ckan.cli import db as db_cli
from ckan.cli import search_index as search_cli
from ckan.cli import views as views_cli
from ckan.tests import helpers
from ckanext.datastore import cli as datastore_cli
from ckanext.harvest import cli as harvest_cli
from ckanext.xloader import cli as xloader_cli
from tests.factories.seal import Subject

from . import ways
from .face import Face, differences, face_of

if TYPE_CHECKING:
    import click

    from .world import World

Arguments = Callable[[Subject], list[str]]

# command, its arguments, and whether CKAN's rollback brings the twin back
COMMANDS: dict[str, tuple[click.Command, Arguments]] = {
    "dataset delete": (dataset_cli.dataset, lambda s: ["delete", s.name]),
    "dataset purge": (dataset_cli.dataset, lambda s: ["purge", s.name]),
    "views clear": (views_cli.views, lambda _: ["clear", "-y", "datatables_view"]),
    "xloader submit": (xloader_cli.xloader, lambda s: ["submit", "-y", s.name]),
    "harvester source clear": (
        harvest_cli.harvester,
        lambda s: ["source", "clear", s.source],
    ),
    "harvester source clear-history": (
        harvest_cli.harvester,
        lambda s: ["source", "clear-history", s.source, "-k", "false"],
    ),
}
# Writes only what it may, or nothing at all: the face is what counts.
HARMLESS: dict[str, tuple[click.Command, Arguments]] = {
    "datastore purge": (datastore_cli.datastore, lambda _: ["purge"]),
    "datastore upgrade": (datastore_cli.datastore, lambda _: ["upgrade"]),
    "search-index rebuild": (search_cli.search_index, lambda _: ["rebuild", "-i"]),
    "db upgrade": (db_cli.db, lambda _: ["upgrade", "--skip-plugins"]),
}


def _run(command: click.Command, arguments: list[str]) -> Any:
    model.Session.remove()
    result = helpers.CKANCliRunner().invoke(command, arguments, input="y\n")
    model.Session.rollback()
    model.Session.remove()
    return result


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_changes_a_published_dataset(
    world: World, face: Face, name: str
) -> None:
    command, arguments = COMMANDS[name]
    _run(command, arguments(world.sealed))
    assert differences(face, face_of(world, world.sealed)) == []


def test_deleting_by_command_says_what_to_do_instead(world: World) -> None:
    for verb in ("delete", "purge"):
        with ways.undone():
            done = _run(dataset_cli.dataset, [verb, world.twin.name])
        world.mend()
        assert done.exit_code == 0, done.output
        refused = _run(dataset_cli.dataset, [verb, world.sealed.name])
        assert refused.exit_code != 0
        assert ways.WORD in f"{refused.output}{refused.exception}"


@pytest.mark.parametrize("name", HARMLESS)
def test_upkeep_changes_nothing_that_the_public_sees(
    world: World, face: Face, name: str
) -> None:
    command, arguments = HARMLESS[name]
    result = _run(command, arguments(world.sealed))
    assert result.exit_code == 0, f"{result.output}{result.exception}"
    assert differences(face, face_of(world, world.sealed)) == []


def test_the_database_is_not_cleaned_while_something_is_published(
    world: World, face: Face
) -> None:
    metadata = model.meta.metadata
    try:
        result = _run(db_cli.db, ["clean", "--yes"])
    finally:
        model.meta.metadata = metadata
    assert result.exit_code != 0
    assert ways.WORD in f"{result.output}{result.exception}"
    assert sa.inspect(model.meta.engine).has_table("package")
    assert differences(face, face_of(world, world.sealed)) == []
