"""Whatever anybody does in whatever order, and wherever a process dies: it holds.

A short walk by default; `SONLA_WALKS=200` walks longer. It prints what it tried.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from ckanext.sonla.approval import faults

from .walking import People, Tried, Walk, has

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")

WALKS = int(os.environ.get("SONLA_WALKS", "4"))
SEED = int(os.environ.get("SONLA_SEED", "782"))
STEPS = 12 if WALKS < 10 else 40

# What somebody may try: the step, and the action that it takes.
AGENCY = ("edit", "open", "submit", "submit_for_later", "withdraw", "discard", "look",
          "approve", "approve_what_was_read", "give_back", "wait")  # fmt: skip
OTHERS = {
    "no_change": "sonla_no_change_confirm",
    "retire": "sonla_dataset_retire",
    "take_down": "sonla_dataset_take_down",
    "restore": "sonla_dataset_restore",
}
# Who does it as a rule; everybody else is tried too.
USUAL = {
    **dict.fromkeys(AGENCY, "officer"),
    **dict.fromkeys(
        ("look", "approve", "approve_what_was_read", "give_back"), "leader"
    ),
    **dict.fromkeys(("no_change", "retire"), "officer"),
    **dict.fromkeys(("take_down", "restore"), "operator"),
}
# The ways on from a state, the shortest first, so that a walk gets somewhere.
ONWARD = {
    "draft": ("submit", "submit_for_later", "edit", "discard"),
    "returned": ("submit", "edit", "discard"),
    "withdrawn": ("submit", "open", "edit"),
    "submitted": ("approve", "give_back", "withdraw", "look", "approve_what_was_read"),
    "scheduled": ("wait", "withdraw", "give_back"),
    "publishing": ("wait",),
    "published": ("open", "no_change", "take_down", "restore", "retire", "open"),
    "superseded": ("open",),
    "discarded": ("open",),
}


def machine(people: People, tried: Tried) -> type[RuleBasedStateMachine]:
    """Make a state machine on people who exist, so that no walk makes them again."""
    steps = [*AGENCY, *(step for step, action in OTHERS.items() if has(action))]
    places = {
        "submit": faults.declared()["submit"],
        "approve": faults.declared()["switch"],
    }

    class Approval(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.walk = Walk(people, tried)

        @rule(turn=st.integers(0, 9))
        def onward(self, turn: int) -> None:
            ways = [step for step in ONWARD[self.walk.newest().state] if step in steps]
            step = ways[turn % len(ways)]
            self.walk.attempt(USUAL[step], step)

        @rule(step=st.sampled_from(steps), who=st.sampled_from(sorted(people.accounts)))
        def anybody(self, step: str, who: str) -> None:
            outcome = self.walk.attempt(who, step)
            allowed = {USUAL[step], "delegate" if USUAL[step] == "leader" else ""}
            if step not in ("look", "wait"):
                assert outcome != "200" or who in allowed, (who, step)

        @rule(step=st.sampled_from(sorted(places)))
        def die(self, step: str) -> None:
            # Where it was tried least.
            self.walk.die(step, min(places[step], key=lambda one: tried.places[one]))

        @invariant()
        def holds(self) -> None:
            self.walk.check()

    return Approval


def test_every_walk_keeps_the_invariants_and_every_fault_point_is_hit(capsys):
    people, tried = People.make(), Tried()
    run_state_machine_as_test(
        seed(SEED)(machine(people, tried)),
        settings=settings(
            max_examples=WALKS,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
    walk = Walk(people, tried)
    walk.attempt("officer", "submit")
    walk.attempt("leader", "approve")
    for step, operation in (("submit", "submit"), ("approve", "switch")):
        for place in faults.declared()[operation]:
            if not tried.places[place]:
                die_at(walk, step, place)
    wanted = {*faults.declared()["submit"], *faults.declared()["switch"]}
    assert set(tried.places) == wanted
    with capsys.disabled():
        print(f"\n{tried.sentence()}")  # noqa: T201 - the numbers are asked for


def die_at(walk: Walk, step: str, place: str) -> None:
    """Bring a dataset to where a step begins, and die on the way."""
    for _ in range(8):
        now = walk.newest()
        if now.state == "draft" and (step == "submit" or not now.is_first()):
            break
        onward = ONWARD[now.state][0]
        walk.attempt(USUAL[onward], onward)
    # Only a table that was written steps in.
    walk.attempt("officer", "edit")
    if step == "approve":
        walk.attempt("officer", "submit")
    assert walk.die(step, place), place
    walk.check()
