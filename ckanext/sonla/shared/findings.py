"""What a check or a reader finds: one thing with its place and its sentence.

It needs nothing of CKAN, so that a reader's own process starts quickly.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any

BLOCKS = "blocks"
NEEDS_REASON = "needs_reason"
INFORMS = "informs"
SEVERITIES = (BLOCKS, NEEDS_REASON, INFORMS)

# What makes two findings the same one: a reason speaks of exactly this.
_IDENTITY = (
    "check",
    "rule",
    "resource_id",
    "table",
    "field",
    "row",
    "column",
    "value",
    "params",
    "count",
)


@dataclass(frozen=True)
class Finding:
    """One thing that a check found, with its place.

    `message` is an English msgid with `{name}` fields that `params` fill, so that
    each reader gets the sentence in her own language; with `plural`, `count` chooses
    the form and fills `{count}`. `row` counts from 1: of a file as the file counts, its
    header included, else the table's rows. `field` is one of the dataset's form, or of
    the resource's with a `resource_id`. `check` is the check that found it.
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
    plural: str | None = None
    field: str | None = None
    check: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return what is stored; `sentence` turns it into words."""
        stored = asdict(self)
        return {**stored, "key": _key(stored)}


def _key(stored: dict[str, Any]) -> str:
    told = json.dumps([stored[name] for name in _IDENTITY], default=str, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]
