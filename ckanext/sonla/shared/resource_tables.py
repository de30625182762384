"""Which DataStore table a resource's readers find: its own, unless a feature says so.

A draft may read the published table until it writes one of its own. The feature that
knows of it registers a function; the others only ask.
"""

from __future__ import annotations

from collections.abc import Callable

# Takes a resource's id and returns the name of the table behind it.
Resolver = Callable[[str], str]
_resolvers: list[Resolver] = []


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
