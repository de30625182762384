"""What pulling gives: pages of rows, each with where to go on after it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

Row = dict[str, Any]
# Where to go on: JSON, kept between pages and runs, made by the source's own kind.
Checkpoint = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """Some rows of a source, in the source's own values.

    Args:
        rows: by the source's field names, unmapped.
        checkpoint: what to give `pull` to go on behind these rows; of the last page,
            what to give it for the next run.
        number: of the page in this call, from 1.
        last: whether the run is whole with it.
        unchanged: the source says that nothing changed since the run before.
        resumable: whether a run may go on from the checkpoint; otherwise a run that
            broke off begins again.
        bytes: received for this page, as they came over the wire.
        requests: made for it.
        retries: of these, how many again after a failure.
        seconds: waited for the source.
    """

    rows: Sequence[Row]
    checkpoint: Checkpoint
    number: int
    last: bool = False
    unchanged: bool = False
    resumable: bool = True
    bytes: int = 0
    requests: int = 0
    retries: int = 0
    seconds: float = field(default=0.0, compare=False)


_KINDS = {
    "datetime": dt.datetime,
    "date": dt.date,
    "time": dt.time,
}


def packed(value: Any) -> Any:
    """Return a source's value as JSON can hold it, so that `unpacked` gives it back."""
    for name, kind in _KINDS.items():
        if type(value) is kind:
            return {name: value.isoformat()}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    return value


def unpacked(value: Any) -> Any:
    """Return what `packed` was given."""
    if not isinstance(value, dict):
        return value
    ((name, text),) = value.items()
    if name == "decimal":
        return Decimal(text)
    if name == "bytes":
        return bytes.fromhex(text)
    return _KINDS[name].fromisoformat(text)
