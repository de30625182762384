"""`make test-seals`: without any one of the seals, the no-bypass test is red.

Not collected by `make test`. Each seal is removed in turn from a portal with one
published dataset; the attempt that it stops must then get through.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .drafts import prepare
from .removals import Seal, every_seal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .world import World

SEALS = list(every_seal())
turned_red: list[str] = []


@pytest.fixture(scope="module", autouse=True)
def listed(world: World) -> Iterator[None]:
    """Make what the drafts need, and print at the end what turned the test red."""
    world.entry = prepare(world)
    yield
    names = "\n".join(f"  {name}" for name in turned_red)
    print(f"\n{len(turned_red)} of {len(SEALS)} seals turned the test red:\n{names}")  # noqa: T201 - the list is asked for


@pytest.mark.parametrize("seal", SEALS, ids=[seal.name for seal in SEALS])
def test_without_the_seal_the_attempt_gets_through(world: World, seal: Seal) -> None:
    assert seal.holds(world), "the seal doesn't hold"
    with seal.without(world):
        red = not seal.holds(world)
    assert red, "nothing notices that the seal is gone"
    turned_red.append(seal.name)
    assert seal.holds(world), "the seal didn't come back"
