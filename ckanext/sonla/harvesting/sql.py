"""Pulls the rows of a database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .limits import Limits
    from .page import Checkpoint, Page


def pull(
    url: str,
    config: Mapping[str, Any],
    secrets: Mapping[str, str],
    checkpoint: Checkpoint | None,
    limits: Limits,
) -> Iterator[Page]:
    """Yield a source's pages, from a checkpoint on."""
    raise NotImplementedError
