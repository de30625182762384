"""Places where a test can end the process, as a power cut would.

A module declares its places when it is imported, in the order in which its operation
comes to them; so a test that wants to die at each of them asks here which there are.
"""

from __future__ import annotations

import os
import signal

VARIABLE = "SONLA_FAULT"
_places: dict[str, str] = {}


def declare(operation: str, *places: str) -> None:
    """Declare the places of a module that an operation passes through.

    Args:
        operation: what somebody does, such as `submit` or `switch`.
        places: their names, each used once in the whole of the portal's code.

    Raises:
        ValueError: a name belongs to another operation.
    """
    for place in places:
        if _places.setdefault(place, operation) != operation:
            raise ValueError(f"{place} is a place of {_places[place]}")


def declared() -> dict[str, list[str]]:
    """Return the names of the declared places, by the operation."""
    result: dict[str, list[str]] = {}
    for place, operation in _places.items():
        result.setdefault(operation, []).append(place)
    return result


def fault(place: str) -> None:
    """Kill this process, if the environment names this place. Nothing runs after it.

    Raises:
        LookupError: nobody declared the place, so no test would ever come to it.
    """
    if place not in _places:
        raise LookupError(f"{place} is no declared place")
    if os.environ.get(VARIABLE) == place:
        os.kill(os.getpid(), signal.SIGKILL)
