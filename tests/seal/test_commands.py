# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""The `ckan` commands that write meet the seal too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from ckan import model
from ckan.tests import helpers

from . import ways
from .commands import ALLOWED, TRIED, UPKEEP, every_command, whole
from .face import Face, differences, face_of

if TYPE_CHECKING:
    from .world import World


def _run(world: World, name: str, arguments: list[str]) -> Any:
    model.Session.remove()
    command = [*name.split(), *arguments]
    result = helpers.CKANCliRunner().invoke(
        whole(world.app.flask_app), command, input="y\n"
    )
    model.Session.rollback()
    model.Session.remove()
    return result


def test_every_command_is_tried_or_left_alone_for_a_reason(world: World) -> None:
    listed = {*TRIED, *UPKEEP, *ALLOWED}
    offered = every_command(world.app.flask_app)
    assert offered - listed == set(), "new: try it, or say why not"
    assert listed - offered == set(), "gone"


@pytest.mark.parametrize("name", TRIED)
def test_no_command_changes_a_published_dataset(
    world: World, face: Face, name: str
) -> None:
    _run(world, name, TRIED[name](world.sealed))
    world.mend()
    assert differences(face, face_of(world, world.sealed)) == []


def test_deleting_by_command_says_what_to_do_instead(world: World) -> None:
    for verb in ("delete", "purge"):
        with ways.undone():
            done = _run(world, f"dataset {verb}", [world.twin.name])
        world.mend()
        assert done.exit_code == 0, done.output
        refused = _run(world, f"dataset {verb}", [world.sealed.name])
        assert refused.exit_code != 0
        assert ways.WORD in f"{refused.output}{refused.exception}"


@pytest.mark.parametrize("name", UPKEEP)
def test_upkeep_changes_nothing_that_the_public_sees(
    world: World, face: Face, name: str
) -> None:
    result = _run(world, name, UPKEEP[name](world.sealed))
    assert result.exit_code == 0, f"{result.output}{result.exception!r}"
    assert differences(face, face_of(world, world.sealed)) == []


def test_the_database_is_not_cleaned_while_something_is_published(
    world: World, face: Face
) -> None:
    metadata = model.meta.metadata
    try:
        result = _run(world, "db clean", ["--yes"])
    finally:
        model.meta.metadata = metadata
    assert result.exit_code != 0
    assert ways.WORD in f"{result.output}{result.exception}"
    assert sa.inspect(model.meta.engine).has_table("package")
    assert differences(face, face_of(world, world.sealed)) == []
