"""Which DataStore table a resource's readers find: its own, unless a feature says so.

A draft may read the published table until it writes one of its own. The feature that
knows of it registers a function; the others only ask.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

# Takes a resource's id and returns the name of the table behind it.
Resolver = Callable[[str], str]
_resolvers: list[Resolver] = []


class Follower(Protocol):
    """Is told, in the transaction that made a resource's new table from a file."""

    def __call__(self, cursor: Any, resource_id: str, *, governed: bool) -> None: ...


_followers: list[Follower] = []


def follower(function: Follower) -> Follower:
    """Register a function that adds to a new table what its predecessor had."""
    _followers.append(function)
    return function


def made(cursor: Any, resource_id: str, *, governed: bool) -> None:
    """Tell that a file made a resource's table.

    Args:
        cursor: of the DataStore's write role, in the transaction that made it.
        governed: whether a Table Schema says what the table must be.
    """
    for function in _followers:
        function(cursor, resource_id, governed=governed)


def resolver(function: Resolver) -> Resolver:
    """Register a function that knows of tables that resources inherit."""
    _resolvers.append(function)
    return function


def table_of(resource_id: str) -> str:
    """Return the name of the DataStore table that is behind a resource."""
    for function in _resolvers:
        name = function(resource_id)
        if name != resource_id:
            return name
    return resource_id
