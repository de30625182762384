"""ckanext-harvest's own row of a source."""

from __future__ import annotations

from typing import Any

from ckanext.harvest.model import HarvestSource

from . import configuration


def source(source_id: str) -> Any:
    """Return the row by its id, which is its package's too; None if there is none.

    Its columns have no types that a checker could read.
    """
    return HarvestSource.get(source_id)


def is_ours(source_id: str) -> bool:
    """Tell whether a source is of a kind that the portal reads itself."""
    found = source(source_id)
    return found is not None and found.type in configuration.KINDS
