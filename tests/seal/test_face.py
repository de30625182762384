# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""From open to approve no stranger's answer changes by a byte, at any address.

The addresses come from Flask's map of rules and CKAN's registry of actions, so that a
page or an action of tomorrow fails here until it is known what to ask it. They are read
before anything is drafted, after all kinds of change are drafted, and while all of them
wait for the leader: an update, no change, a retirement, and a new dataset.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import pytest

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.common import config
from tests.factories import approval

from . import pages, reads, shown
from .conftest import SETTINGS
from .drafts import MARK, draft, prepare
from .face import Answer, read

if TYPE_CHECKING:
    from .shown import Shown
    from .world import World

OPEN, CLOSED, MISSING = 200, (302, 401, 403), 404
Face = dict[str, Answer]


@dataclass
class Story:
    """What strangers read at each step, and where from."""

    published: list[Shown]
    # The entry that the new dataset is for.
    code: str
    # Of which rule or action an address is.
    origin: dict[str, str]
    faces: dict[str, Face] = field(default_factory=dict)
    drafted: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, Any] = field(default_factory=dict)

    def read(self, world: World, step: str) -> None:
        """Read every address as it answers at a step."""
        model.Session.remove()
        self.faces[step] = {address: read(world, address) for address in self.origin}


def _origins(app: Any, published: list[Shown]) -> dict[str, str]:
    """Return every address with its rule or action; what can't be filled fails."""
    found, unknown = {}, []
    for one in published:
        for rule in pages.rules(app):
            if missing := pages.unfilled(rule):
                unknown.append(f"{rule.rule} ({rule.endpoint}): {missing}")
            else:
                found |= dict.fromkeys(pages.addresses(rule, one), rule.endpoint)
        for name in reads.read_actions():
            if name in reads.QUESTIONS:
                found |= dict.fromkeys(reads.addresses(name, one), f"action {name}")
            else:
                unknown.append(f"action {name}")
    assert not unknown, "nothing is filled in: " + ", ".join(sorted(set(unknown)))
    return found


@pytest.fixture(scope="module")
def before(world: World) -> Story:
    """Publish, and read before anything is drafted."""
    config.update(SETTINGS)
    published = [shown.publish(kind) for kind in shown.KINDS]
    code = prepare(world)
    told = Story(published, code, _origins(world.app.flask_app, published))
    told.read(world, "before")
    return told


@pytest.fixture(scope="module")
def story(world: World, before: Story) -> Story:
    """Draft and read, submit and read."""
    config.update(SETTINGS)
    update = shown.draft_update(before.published[0])
    before.drafted = draft(world, before.code, table=True)
    before.drafted |= {"working": update["package_id"]}
    before.drafted |= {"working_name": approval.show(update["package_id"])["name"]}
    before.read(world, "drafted")
    before.waiting = {"publication": _submit_new(world, before.drafted["package"])}
    before.waiting |= {one.kind: shown.submit(one, update) for one in before.published}
    before.read(world, "submitted")
    return before


def _differing(before: Answer, now: Answer) -> str:
    """Return how two answers differ, from their first differing byte on."""
    if (before.status, before.headers) != (now.status, now.headers):
        return f"{before.status} {before.headers} → {now.status} {now.headers}"
    was, is_ = str(before.same), str(now.same)
    same = takewhile(lambda pair: pair[0] == pair[1], zip(was, is_, strict=False))
    start = max(0, sum(1 for _ in same) - 60)
    return f"{was[start : start + 200]} → {is_[start : start + 200]}"


def _submit_new(world: World, package_id: str) -> dict[str, Any]:
    office = approval.Office(
        world.sealed.agency,
        world.agency_name,
        world.people["officer"],
        world.people["leader"],
    )
    listed = approval.act(office.officer, "sonla_revision_list", dataset_id=package_id)
    return approval.submit(office, listed["results"][0])


def test_every_address_meets_something(before: Story) -> None:
    """An address that answers an error would stay the same whatever is drafted."""
    known = {**pages.ABSENT, **reads.ABSENT}
    odd = {
        f"{before.origin[address]} {answer.status} {address}"
        for address, answer in before.faces["before"].items()
        if answer.status != OPEN
        and answer.status not in CLOSED
        and before.origin[address] not in known
    }
    assert not odd, "\n" + "\n".join(sorted(odd))


@pytest.mark.parametrize("step", ["drafted", "submitted"])
def test_no_answer_changes_by_a_byte(story: Story, step: str) -> None:
    before, now = story.faces["before"], story.faces[step]
    changed = [
        f"{address}: {_differing(before[address], now[address])}"
        for address in before
        if before[address] != now[address]
    ]
    assert not changed, "\n" + "\n".join(changed)


@pytest.mark.parametrize("step", ["drafted", "submitted"])
def test_no_answer_names_what_is_drafted(story: Story, step: str) -> None:
    """Not in what was asked for either: a draft's file, its name, its table."""
    hidden = [MARK, *story.drafted.values()]
    telling = [
        address
        for address, answer in story.faces[step].items()
        if any(word.encode() in answer.body for word in hidden if word not in address)
    ]
    assert telling == []


def test_the_numbers(story: Story) -> None:
    """Print what was read."""
    before = story.faces["before"]
    rules = {o for o in story.origin.values() if not o.startswith("action ")}
    statuses = Counter(
        "open"
        if answer.status == OPEN
        else "closed"
        if answer.status in CLOSED
        else "absent"
        for answer in before.values()
    )
    print(  # noqa: T201 - the numbers are asked for
        f"\n{len(before)} addresses: {len(rules)} pages and files,"
        f" {len(set(story.origin.values()) - rules)} read actions;"
        f" {statuses['open']} open to strangers, {statuses['closed']} closed,"
        f" {statuses['absent']} with nothing there; {len(story.faces)} readings"
        f" of {', '.join(story.waiting)}."
    )


@pytest.mark.parametrize("what", ["package", "name", "working", "working_name"])
def test_a_stranger_cannot_open_a_draft(world: World, story: Story, what: str) -> None:
    with pytest.raises((tk.NotAuthorized, tk.ObjectNotFound)):
        approval.act(None, "package_show", id=story.drafted[what])
    assert world.app.get(f"/dataset/{story.drafted[what]}").status_code in (403, 404)


def test_a_drafts_table_is_closed_to_strangers(world: World, story: Story) -> None:
    for name in (story.drafted["resource"], f"{MARK}_ten_khac"):
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
    world: World, story: Story
) -> None:
    for user in (*world.people.values(), None):
        found = approval.act(
            user, "package_search", include_private=True, include_drafts=True, rows=1000
        )
        assert story.drafted["working"] not in [row["id"] for row in found["results"]]


def test_the_officer_finds_her_own_draft(world: World, story: Story) -> None:
    found = approval.act(
        world.people["officer"], "package_search", include_private=True, rows=1000
    )
    assert story.drafted["package"] in [row["id"] for row in found["results"]]


def test_approved_the_answers_change_at_once(world: World, story: Story) -> None:
    """What waits is what becomes public: the test would see it."""
    assert set(story.waiting) == {"publication", *shown.KINDS}
    for one in story.published:
        approval.approve(one.office, story.waiting[one.kind])
        address = f"/dataset/{one.name}"
        assert read(world, address) != story.faces["submitted"][address]
