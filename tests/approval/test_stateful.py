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
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from ckanext.sonla.approval import states

from .walk_steps import ANYBODY, MAY
from .walking import DYING, WAYS, People, Tried, Walk

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")

WALKS = int(os.environ.get("SONLA_WALKS", "2"))
SEED = int(os.environ.get("SONLA_SEED", "782"))
STEPS = 8 if WALKS < 10 else 40

# The ways on from a state.
ONWARD = {
    "draft": ("submit", "submit_for_later", "edit", "discard"),
    "returned": ("submit", "edit", "discard"),
    "withdrawn": ("submit_for_later", "open", "edit", "discard"),
    "submitted": ("approve", "give_back", "withdraw", "look", "approve_what_was_read"),
    "scheduled": ("wait", "withdraw", "give_back"),
    "publishing": ("wait",),
    "published": ("open", "no_change", "take_down", "restore", "retire"),
    "superseded": ("open",),
    "discarded": ("open",),
}

# One way through everything that the states' table knows, and what comes of each step.
STORY = """
    officer submit, officer edit 403, officer withdraw, officer edit, officer submit
    leader look, leader give_back, leader discard 403, officer edit, officer submit
    leader approve_what_was_read 409, officer withdraw, officer submit_for_later
    officer approve 403, delegate approve, officer withdraw, officer submit_for_later
    leader approve, delegate give_back, officer submit_for_later, leader approve
    officer wait
    officer open, officer open 409, officer discard
    officer open, officer submit, officer withdraw, officer discard
    officer open, officer submit, leader give_back, officer discard
    officer open, officer edit, officer submit, other leader approve 403
    leader look, leader approve_what_was_read, leader approve 409
    officer no_change, delegate give_back, officer submit, delegate approve
    leader take_down 403, operator take_down, operator take_down 409
    officer open, officer edit, officer want_alias, officer submit
    leader approve_in_the_way 409, leader approve, operator restore
    officer retire, officer withdraw, officer submit, leader approve
"""


def test_one_story_makes_every_transition_and_the_invariants_hold(capsys):
    walk = Walk(People.make(), tried := Tried())
    for line in STORY.replace("\n", ",").split(","):
        if told := line.split():
            expected = told.pop() if told[-1].isdigit() else "200"
            who, step = " ".join(told[:-1]), told[-1]
            assert walk.attempt(who, step) == expected, line
            walk.check()
    assert set(tried.transitions) == WAYS
    assert set(tried.states) | {"draft"} == set(states.STATES)
    assert set(tried.kinds) == set(states.KINDS)
    tell(capsys, tried)


def onward(walk: Walk, turn: int, *, other: bool) -> None:
    """Take a step that is possible, mostly what was tried least: a walk gets about."""
    now = walk.newest()
    if now.kind == "retirement" and now.state in states.PUBLIC:
        walk.begin()
        return

    def often(step: str) -> int:
        tries = walk.tried.attempts
        return sum(tries[who, step, now.state] for who in walk.people.accounts)

    ways = sorted(ONWARD[now.state], key=often)
    step = ways[turn // 2 % len(ways)]
    who = MAY.get(step, ("leader",))
    walk.attempt(who[-1] if other else who[0], step)


def machine(people: People, tried: Tried) -> type[RuleBasedStateMachine]:
    """Make a state machine on people who exist, so that no walk makes them again."""
    everything = sorted({*MAY, *ANYBODY})

    class Approval(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.walk = Walk(people, tried)

        @initialize(published=st.booleans())
        def begin(self, published: bool) -> None:
            if published:
                self.walk.attempt("officer", "submit")
                self.walk.attempt("leader", "approve")

        # The rules are drawn alike: two to get on, one to be refused, one to die.
        @rule()
        def least_tried(self) -> None:
            onward(self.walk, 0, other=False)

        @rule(turn=st.integers(0, 9), other=st.booleans())
        def somehow(self, turn: int, other: bool) -> None:
            onward(self.walk, turn, other=other)

        @rule(
            step=st.sampled_from(everything),
            who=st.sampled_from(sorted(people.accounts)),
        )
        def anybody(self, step: str, who: str) -> None:
            self.walk.attempt(who, step)

        @rule(step=st.sampled_from(sorted(DYING)))
        def die(self, step: str) -> None:
            self.walk.die_anywhere(step)

        @invariant()
        def holds(self) -> None:
            self.walk.check()

    return Approval


def test_every_walk_at_random_keeps_the_invariants(capsys):
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
    tell(capsys, tried)


def tell(capsys, tried: Tried) -> None:
    """Tell the numbers, which a report of the tests is asked for."""
    with capsys.disabled():
        print(f"\n{tried.sentence()}")  # noqa: T201 - the numbers are asked for
