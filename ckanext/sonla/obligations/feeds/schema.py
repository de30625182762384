"""What the actions on calendars take: nothing, they are about the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ckan.types import Schema


def nothing() -> Schema:
    """What an action takes that is about the caller alone."""
    return {}
