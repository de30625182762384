"""What a seal is to these tests."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from tests.seal.world import World

Removal = Callable[[World], AbstractContextManager[None]]
Holds = Callable[[World], bool]


@dataclass(frozen=True)
class Seal:
    """One seal: its name, its removal, and the attempt that it stops."""

    name: str
    without: Removal
    holds: Holds
