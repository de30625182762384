"""Whatever is done in whatever order, an edition keeps to its states."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.catalogue import states
from ckanext.sonla.catalogue.model import Edition
from ckanext.sonla.shared import clock

if TYPE_CHECKING:
    from tests.catalogue.conftest import People

ALLOWED = {
    (None, "draft"),
    ("draft", "draft"),
    ("draft", "submitted"),
    ("submitted", "submitted"),
    ("submitted", "rejected"),
    ("submitted", "in_force"),
    ("submitted", "approved"),
    ("approved", "approved"),
    ("approved", "in_force"),
    ("approved", "superseded"),
    ("rejected", "rejected"),
    ("rejected", "draft"),
    ("rejected", "submitted"),
    ("in_force", "in_force"),
    ("in_force", "superseded"),
    ("superseded", "superseded"),
}
STEPS = ("create", "write", "retire", "submit", "reject", "approve", "tick")
WHO = ("operator", "leader", "officer")


def test_every_state_can_be_reached() -> None:
    steps = (states.Submit, states.Reject, states.Approve)
    by_the_clock = {"approved", "superseded"}
    reached = {"draft"} | by_the_clock | {one.target for one in steps}
    assert reached == set(states.STATES)
    assert all(set(one.sources) <= set(states.STATES) for one in steps)


def _states() -> dict[str, str]:
    model.Session.expire_all()
    rows = model.Session.execute(sa.select(Edition.id, Edition.state))
    return {row.id: row.state for row in rows}


class _World:
    """Tries steps on the newest edition; refusals are part of the play."""

    def __init__(self, people: People, line: dict[str, Any]) -> None:
        self.people, self.line, self.newest = people, line, "none"

    def take(self, step: str, who: str) -> None:
        if step == "tick":
            states.begin_due()
            states.supersede_ended()
            model.Session.commit()
            return
        with suppress(tk.ValidationError, tk.NotAuthorized, tk.ObjectNotFound):
            made = getattr(self, step)(who)
            self.newest = made["id"] if step == "create" else self.newest

    def create(self, who: str) -> dict[str, Any]:
        kind = "amending" if "in_force" in _states().values() else "replacing"
        return self.people.call(who, "sonla_edition_create", kind=kind)

    def write(self, who: str) -> Any:
        action = self.people.call
        data = {**self.line, "edition_id": self.newest}
        try:
            return action(who, "sonla_entry_create", **data)
        except tk.ValidationError:
            return action(who, "sonla_entry_update", **data)

    def retire(self, who: str) -> Any:
        return self.people.call(
            who, "sonla_entry_retire", edition_id=self.newest, code=self.line["code"]
        )

    def submit(self, who: str) -> Any:
        return self.people.call(who, "sonla_edition_submit", id=self.newest)

    def reject(self, who: str) -> Any:
        return self.people.call(
            who, "sonla_edition_reject", id=self.newest, comment="Xem lại"
        )

    def approve(self, who: str) -> Any:
        return self.people.call(
            who, "sonla_edition_approve", id=self.newest, decision_number="1/QĐ",
            decision_date=clock.today().isoformat(),
        )  # fmt: skip


# One database for all examples: what earlier ones left is a history like any other.
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    steps=st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(WHO)), max_size=12)
)
def test_only_known_transitions_happen(
    people: People, line: dict[str, Any], steps: list[tuple[str, str]]
) -> None:
    """Also: one edition is in force, and every decided one has its four eyes."""
    world = _World(people, line)
    usual = [
        ("create", "operator"),
        ("write", "operator"),
        ("submit", "operator"),
        ("approve", "leader"),
    ]
    before = _states()
    for step, who in [*usual, *steps]:
        world.take(step, who)
        after = _states()
        for edition_id, state in after.items():
            assert (before.get(edition_id), state) in ALLOWED, (step, who)
        before = after
    assert list(before.values()).count("in_force") <= 1
    for edition in model.Session.query(Edition).filter(Edition.decided_by.is_not(None)):
        assert edition.decided_by not in {edition.submitted_by, *edition.editors}
