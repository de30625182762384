"""Reading only what changed: from where a run begins, and how far it came."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .mapping import value_at
from .page import packed, unpacked
from .problems import SourceProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .page import Checkpoint, Row

_NUMBERS = (int, float, Decimal)


class Increment:
    """How far a source was read, by its own values.

    Args:
        told: the configuration's `incremental`, if any.
        checkpoint: to go on from.
    """

    def __init__(self, told: Mapping[str, Any] | None, checkpoint: Checkpoint) -> None:
        self.told = told
        self.field: str | None = (told or {}).get("field")
        going_on = bool(checkpoint.get("next"))
        start = (told or {}).get("start")
        if going_on:
            self.since = unpacked(checkpoint.get("since"))
        elif self.field:
            self.since = unpacked(checkpoint.get("high", packed(start)))
        else:
            self.since = checkpoint.get("began", start)
        self.high = unpacked(checkpoint.get("high")) if going_on else self.since

    def __bool__(self) -> bool:
        return self.told is not None

    def parameters(self) -> dict[str, Any]:
        """Return what to add to a request."""
        name = (self.told or {}).get("parameter")
        return {} if not name or self.since is None else {name: str(self.since)}

    def look(self, rows: list[Row], number: int) -> None:
        """Note the highest value of a page.

        Raises:
            SourceProblem: a row has none, or one of another kind than the others.
        """
        if not self.field:
            return
        for row in rows:
            value = value_at(row, self.field)
            if value is None or not _alike(value, self.high):
                raise SourceProblem("incremental_value", field=self.field, page=number)
            if self.high is None or value > self.high:
                self.high = value

    def kept(self, *, last: bool) -> dict[str, Any]:
        """Return what a checkpoint keeps of it."""
        if not self:
            return {}
        kept = {"high": packed(self.high)} if self.field else {}
        return kept if last else {**kept, "since": packed(self.since)}


def _alike(value: Any, other: Any) -> bool:
    """Tell whether two values can be compared."""
    if other is None:
        return isinstance(value, (str, *_NUMBERS)) or hasattr(value, "isoformat")
    if isinstance(other, _NUMBERS):
        return isinstance(value, _NUMBERS)
    return type(value) is type(other)
