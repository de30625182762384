"""A feature tells that somebody edited a draft where no action of CKAN's does.

The feature that knows of drafts registers a follower; the others only tell.
"""

from __future__ import annotations

from collections.abc import Callable

# Takes the package's id and the name of the account, in the caller's transaction.
Follower = Callable[[str, "str | None"], None]
_followers: list[Follower] = []


def follower(function: Follower) -> Follower:
    """Register a function that is told of every edit."""
    _followers.append(function)
    return function


def edited(package_id: str, user: str | None) -> None:
    """Tell, in a transaction that isn't committed yet, that somebody edited a draft.

    Args:
        user: the account's name.
    """
    for function in _followers:
        function(package_id, user)
