# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""The `ckan` commands that write meet the seal too."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from ckan import model
from ckan.common import config
from ckan.tests import helpers

from . import ways
from .commands import ALLOWED, TRIED, UPKEEP, Arguments, every_command, whole
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


def _changed_by(world: World, face: Face, commands: dict[str, Arguments]) -> list[Any]:
    """Return which addresses changed, and after which command they did."""
    now = face_of(world, world.sealed)
    if not differences(face, now):
        return []
    found: list[Any] = [differences(face, now)]
    for name, arguments in commands.items():
        _run(world, name, arguments(world.sealed))
        after = face_of(world, world.sealed)
        if differences(now, after):
            found.append((name, differences(now, after)))
            now = after
    return found


def test_every_command_is_tried_or_left_alone_for_a_reason(world: World) -> None:
    listed = {*TRIED, *UPKEEP, *ALLOWED}
    offered = every_command(world.app.flask_app)
    assert offered - listed == set(), "new: try it, or say why not"
    assert listed - offered == set(), "gone"


def test_no_command_changes_a_published_dataset(world: World, face: Face) -> None:
    """The face is read once after all of them, and by command where it changed."""
    for name in TRIED:
        _run(world, name, TRIED[name](world.sealed))
    world.mend()
    assert _changed_by(world, face, TRIED) == []


def test_deleting_by_command_says_what_to_do_instead(world: World) -> None:
    for verb in ("delete", "purge"):
        with ways.undone():
            done = _run(world, f"dataset {verb}", [world.twin.name])
        world.mend()
        assert done.exit_code == 0, done.output
        refused = _run(world, f"dataset {verb}", [world.sealed.name])
        assert refused.exit_code != 0
        assert ways.WORD in f"{refused.output}{refused.exception}"


def test_upkeep_ends_well_and_changes_nothing_that_the_public_sees(
    world: World, face: Face
) -> None:
    for name in UPKEEP:
        result = _run(world, name, UPKEEP[name](world.sealed))
        assert result.exit_code == 0, f"{name}: {result.output}{result.exception!r}"
    assert _changed_by(world, face, UPKEEP) == []


@pytest.mark.parametrize("which", ["registered", "not-registered"])
def test_the_files_of_resources_are_not_removed(world: World, which: str) -> None:
    """Each by itself: the first refusal would spare the rest of the storage."""
    before = _files_of_resources()
    result = _run(
        world,
        "file storage remove-files",
        ["-s", world.sealed.storage, f"--remove-{which}"],
    )
    assert result.exit_code != 0, result.output
    assert before
    assert _files_of_resources() == before


def _files_of_resources() -> list[Path]:
    folder = Path(config["ckan.storage_path"]) / "resources"
    return sorted(path for path in folder.rglob("*") if path.is_file())


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
