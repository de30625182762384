"""What a run's answers came to: bytes, requests, and the time that they took."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Counts:
    """What came over the wire since it was last asked."""

    bytes: int = 0
    requests: int = 0
    retries: int = 0
    seconds: float = 0.0

    def take(self) -> dict[str, Any]:
        """Return the counts, and begin again."""
        told = dict(vars(self))
        self.__init__()
        return told

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Count how long the source took, to the end of its answer."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.seconds += time.monotonic() - began
