"""The registry of checks that a revision passes before a leader sees it.

A feature registers a function with `@check(...)`; approval runs all of them and
freezes what they found with the revision. Features never import one another for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import ckan.plugins.toolkit as tk

BLOCKS = "blocks"
NEEDS_REASON = "needs_reason"
INFORMS = "informs"


@dataclass(frozen=True)
class Finding:
    """One thing that a check found, with its place.

    `message` is an English msgid with `{name}` fields that `params` fill, so that
    each reader gets the sentence in her own language. `row` counts data rows from 1.
    """

    rule: str
    severity: str
    message: str
    params: dict[str, Any] = field(default_factory=dict)
    resource_id: str | None = None
    table: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    count: int = 1

    def as_dict(self) -> dict[str, Any]:
        """Return what is stored; `sentence` turns it into words."""
        return asdict(self)


Check = Callable[[dict[str, Any]], Iterable[Finding]]
_checks: dict[str, Check] = {}


def check(name: str) -> Callable[[Check], Check]:
    """Register a check: it takes a package dict and yields what it found."""

    def register(function: Check) -> Check:
        _checks[name] = function
        return function

    return register


def run_checks(package: dict[str, Any]) -> Iterator[Finding]:
    """Run every registered check on a package dict, in order of their names."""
    for name in sorted(_checks):
        yield from _checks[name](package)


def sentence(finding: dict[str, Any]) -> str:
    """Return a stored finding as a sentence in the caller's language."""
    message = finding["message"]
    return tk._(message).format(**finding.get("params", {}))
