"""Reads sources page by page, as a run does, without one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ckanext.sonla.harvesting import rest, sql
from ckanext.sonla.harvesting.problems import SourceProblem

from .conftest import LIMITS, OWNED

PATIENT = replace(LIMITS, answer_seconds=30, silent_seconds=30, page_rows=20_000)


def pages(
    url: str, secrets: Any = None, checkpoint: Any = None, **more: Any
) -> list[Any]:
    """Pull a source over HTTP; `more` is its configuration, and `limits`."""
    limits = more.pop("limits", LIMITS)
    config = {**OWNED, **more}
    return list(rest.pull(url, config, secrets or {}, checkpoint, limits))


def read(
    peer: Any, checkpoint: Any = None, limits: Any = PATIENT, **more: Any
) -> list[Any]:
    """Pull a database's rows; a peer is an SQLite address, or a server's."""
    if isinstance(peer, str):
        return list(sql.pull(peer, {**OWNED, **more}, {}, checkpoint, limits))
    auth = {"auth": {"type": "password", "user": peer["user"], "password": ""}}
    config = {**OWNED, "tls": {"verify": False}, **auth, **more}
    secrets = {"password": peer["password"]}
    return list(sql.pull(peer["url"], config, secrets, checkpoint, limits))


def rows_of(found: list[Any]) -> list[dict[str, Any]]:
    """Return the rows of pages."""
    return [row for page in found for row in page.rows]


def refused(peer: Any, **more: Any) -> str:
    """Return why a database could not be read."""
    with pytest.raises(SourceProblem) as caught:
        read(peer, **more)
    assert caught.value.words()
    return caught.value.code
