"""Invariant 1: nothing changes what the public sees around an approval.

Every write action of CKAN's registry is tried, by everybody and in every way. Its
payload first succeeds on an unsealed twin; on the published dataset it is refused, and
who could have changed the twin is told what to do instead. The anonymous face is read
before and after everything that a role tried in a way, and attempt by attempt only
when it changed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import ckan.logic
import ckan.plugins.toolkit as tk

from . import ways
from .allowed import ALLOWED
from .attempts import ATTEMPTS, NEVER
from .face import Face, differences, face_of
from .world import ROLES, World

# Commits by itself in raw SQL, so a rollback doesn't bring its twin back.
OWN_COMMIT = ("harvest_source_clear", "harvest_source_job_history_clear")
# Answers 500 after its commit in CKAN 2.12, by reading a row of a closed session.
BREAKS_AFTERWARDS = ("package_relationship_update",)
# Said before anything is done.
FORBIDDEN = 403

Attempt = tuple[str, int]
OnSealed = Callable[[str, dict[str, Any]], ways.Outcome]


def attempts() -> Iterator[Attempt]:
    """Yield every attempt; `SONLA_SEAL_ONLY` names the actions of a shorter run."""
    only = os.environ.get("SONLA_SEAL_ONLY", "").split()
    for name, payloads in ATTEMPTS.items():
        if not only or name in only:
            yield from ((name, number) for number in range(len(payloads)))


def write_actions() -> set[str]:
    """Return the names of all actions that don't declare that they only read."""
    tk.get_action("package_show")
    return {
        name
        for name, action in ckan.logic._actions.items()
        if not getattr(action, "side_effect_free", False)
    }


def test_every_write_action_is_tried_or_allowed_for_a_reason(world: World) -> None:
    """A new action of any plugin fails here until somebody has thought about it."""
    assert write_actions() - set(ATTEMPTS) - set(NEVER) - set(ALLOWED) == set()
    assert not set(ALLOWED) & (set(ATTEMPTS) | set(NEVER))
    assert all(ALLOWED.values())


@pytest.mark.parametrize("role", ROLES)
def test_nobody_changes_it_over_http(world: World, face: Face, role: str) -> None:
    """By role: who could change the twin is told what to do, the others just no."""

    def on_sealed(name: str, payload: dict[str, Any]) -> ways.Outcome:
        return ways.over_http(world, role, name, payload)

    wrong = []
    for name, number in attempts():
        on_twin = _on_twin(world, name, number, on_sealed)
        outcome = on_sealed(name, ATTEMPTS[name][number](world.sealed))
        if not 400 <= outcome.status < 500 or (on_twin.done and not outcome.sealed):
            wrong.append((name, number, outcome))
    wrong += [
        (name, 0, outcome)
        for name, payload in NEVER.items()
        if not 400 <= (outcome := on_sealed(name, payload(world.sealed))).status < 500
    ]
    assert not wrong, _listed(wrong)
    assert _changed_by(world, face, on_sealed) == []


def test_nobody_changes_it_past_authorization(world: World, face: Face) -> None:
    """Inside the process with `ignore_auth`: every payload works on the twin."""
    wrong = []
    for name, number in attempts():
        on_twin = _on_twin(world, name, number, ways.by_own_hand)
        outcome = ways.by_own_hand(name, ATTEMPTS[name][number](world.sealed))
        if not on_twin.done and name not in BREAKS_AFTERWARDS:
            wrong.append((name, number, "the payload is wrong", on_twin))
        if not outcome.sealed:
            wrong.append((name, number, outcome))
    for name, payload in NEVER.items():
        outcome = ways.by_own_hand(name, payload(world.sealed))
        if outcome.status != 403:
            wrong.append((name, 0, outcome))
    assert not wrong, _listed(wrong)
    assert _changed_by(world, face, ways.by_own_hand) == []


def test_no_job_changes_it_in_the_worker(world: World, face: Face) -> None:
    """A worker runs the same attempts as jobs, until its queue is empty."""
    tried = [
        (name, payload)
        for name, number in attempts()
        if "upload" not in (payload := ATTEMPTS[name][number](world.sealed))
    ]
    outcomes = ways.in_worker(tried)
    wrong = [
        (name, outcome)
        for (name, _), outcome in zip(tried, outcomes, strict=True)
        if not outcome.sealed
    ]
    assert not wrong, _listed(wrong)
    assert _changed_by(world, face, ways.by_own_hand) == []


def test_the_numbers(world: World) -> None:
    """Print what was tried."""
    payloads = len(list(attempts()))
    print(  # noqa: T201 - the numbers are asked for
        f"\n{len(write_actions())} write actions: {len(ATTEMPTS)} tried with"
        f" {payloads} payloads, {len(NEVER)} refused to everybody,"
        f" {len(ALLOWED)} allowed for a reason; {len(ROLES)} roles over HTTP,"
        " in the process past authorization, in the worker;"
        f" {payloads * (len(ROLES) + 2)} attempts on the published dataset."
    )


def _listed(wrong: list[Any]) -> str:
    return "\n" + "\n".join(str(found)[:400] for found in wrong)


def _on_twin(world: World, name: str, number: int, way: OnSealed) -> ways.Outcome:
    payload = ATTEMPTS[name][number]
    if name in OWN_COMMIT:
        # Used up by its success, so only who may do everything tries it.
        spared = way is ways.by_own_hand
        twin = world.spares.pop() if spared else world.sealed
        return way(name, payload(twin))
    with ways.undone():
        outcome = way(name, payload(world.twin))
    ways.collected(name)
    if outcome.status != FORBIDDEN:
        world.mend()
    return outcome


def _changed_by(world: World, face: Face, way: OnSealed) -> list[Any]:
    """Return which addresses changed, and after which attempt they did."""
    now = face_of(world, world.sealed)
    if not differences(face, now):
        return []
    found: list[Any] = [differences(face, now)]
    for name, number in attempts():
        way(name, ATTEMPTS[name][number](world.sealed))
        after = face_of(world, world.sealed)
        if differences(now, after):
            found.append((name, number, differences(now, after)))
            now = after
    return found
