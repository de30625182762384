"""Drafting changes no anonymous answer: strangers don't learn that a draft exists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.common import config
from tests.factories import approval

from .conftest import SETTINGS
from .drafts import MARK, draft_both, prepare
from .face import Face, differences, face_of
from .questions import answers

if TYPE_CHECKING:
    from tests.factories.seal import Subject

    from .world import World


@pytest.fixture(scope="module")
def published(world: World) -> Subject:
    """A published dataset of its own, so that the others' has no second revision."""
    return world.another()


@pytest.fixture(scope="module")
def before(world: World, published: Subject) -> tuple[Face, dict[str, str]]:
    """What strangers read before anybody drafts, and the domain that waits empty."""
    config.update(SETTINGS)
    world.entry = prepare(world)
    people = [world.people["officer"], world.people["leader"]]
    return face_of(world, published), answers(published, people)


@pytest.fixture(scope="module")
def drafted(world: World, published: Subject, before: Any) -> dict[str, str]:
    """Draft a dataset with a new tag, format, domain and alias, and an update too."""
    return draft_both(world, world.entry, published.dataset, table=True)


def test_the_face_stays_the_same_to_the_byte(
    world: World, published: Subject, before: Any, drafted: dict[str, str]
) -> None:
    assert differences(before[0], face_of(world, published)) == []


def test_every_read_action_answers_as_before(
    world: World, published: Subject, before: Any, drafted: dict[str, str]
) -> None:
    people = [world.people["officer"], world.people["leader"]]
    after = answers(published, people)
    changed = [key for key, answer in after.items() if before[1].get(key) != answer]
    assert changed == [], [(key, before[1].get(key), after[key]) for key in changed][:4]
    assert not [key for key, answer in after.items() if MARK in answer]


@pytest.mark.parametrize("what", ["package", "name", "working", "working_name"])
def test_a_stranger_cannot_open_a_draft(
    world: World, drafted: dict[str, str], what: str
) -> None:
    with pytest.raises((tk.NotAuthorized, tk.ObjectNotFound)):
        approval.act(None, "package_show", id=drafted[what])
    assert world.app.get(f"/dataset/{drafted[what]}").status_code in (403, 404)


def test_a_drafts_table_is_closed_to_strangers(
    world: World, drafted: dict[str, str]
) -> None:
    for name in (drafted["resource"], f"{MARK}_ten_khac"):
        assert world.app.get(f"/datastore/dump/{name}").status_code == 404
        for action, data in (
            ("datastore_search", {"resource_id": name}),
            ("datastore_search_sql", {"sql": f'SELECT * FROM "{name}"'}),  # noqa: S608
            ("datastore_info", {"id": name}),
        ):
            with pytest.raises((tk.NotAuthorized, tk.ObjectNotFound)):
                approval.act(None, action, **data)
            model.Session.rollback()


def test_nobody_finds_a_working_package_by_searching(
    world: World, drafted: dict[str, str]
) -> None:
    for user in (*world.people.values(), None):
        found = approval.act(
            user, "package_search", include_private=True, include_drafts=True, rows=1000
        )
        assert drafted["working"] not in [row["id"] for row in found["results"]]


def test_the_officer_finds_her_own_draft(world: World, drafted: dict[str, str]) -> None:
    found = approval.act(
        world.people["officer"], "package_search", include_private=True, rows=1000
    )
    assert drafted["package"] in [row["id"] for row in found["results"]]
