"""A fault of a source, and what the page of faults says comes of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

# What is kept of a run that met a fault, as the page says it.
NOTHING, PAGES, ROWS, ALL = (
    "nothing",
    "the pages before it",
    "the other rows",
    "all rows",
)


@dataclass(frozen=True)
class Fault:
    """What goes wrong, and what is said of it.

    Args:
        code: of the problem that the run or the leader is told; empty for none.
        does: what makes it happen; of a source over HTTP, what it answers.
        config: what it needs in the source's configuration.
        settings: what it needs of the portal's options, behind `sonla.harvesting.`.
        kept: what the page says is kept of the run.
        is_tried: whether a test of the source meets it too, in its first rows.
        requests: how many the source gets of a run.
    """

    code: str
    does: Any = None
    config: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    kept: str = NOTHING
    is_tried: bool = True
    requests: int = 1


def asked(handler: Any) -> dict[str, str]:
    """Return the parameters of a request."""
    found = parse_qs(urlsplit(handler.path).query)
    return {name: values[0] for name, values in found.items()}


def answer(value: Any, status: int = 200, **headers: str) -> Callable[[Any], None]:
    """Return an answer of JSON."""
    return lambda handler: handler.reply(status, json.dumps(value).encode(), **headers)


def body(content: bytes, kind: str = "application/json") -> Callable[[Any], None]:
    """Return an answer of bytes that are called something."""
    return lambda handler: handler.reply(200, content, kind)
