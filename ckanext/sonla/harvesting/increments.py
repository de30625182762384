"""Reading only what changed: from where a run begins, and how far it came."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from . import columnar
from .page import packed, unpacked
from .problems import SourceProblem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

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

    def look(self, rows: Sequence[Row], number: int) -> None:
        """Note the highest value of a page.

        Raises:
            SourceProblem: a row has none, or one of another kind than the others.
        """
        if not self.field or not rows:
            return
        values = columnar.column(rows, self.field)
        first = values[0] if self.high is None else self.high
        if not all(_alike(one, first) for one in _one_of_each_kind(values)):
            raise SourceProblem("incremental_value", field=self.field, page=number)
        highest = max(values)
        if self.high is None or highest > self.high:
            self.high = highest

    def kept(self, *, last: bool) -> dict[str, Any]:
        """Return what a checkpoint keeps of it."""
        if not self:
            return {}
        kept = {"high": packed(self.high)} if self.field else {}
        return kept if last else {**kept, "since": packed(self.since)}


def _one_of_each_kind(values: Sequence[Any]) -> Iterable[Any]:
    return {type(value): value for value in values}.values()


def _alike(value: Any, other: Any) -> bool:
    """Tell whether two values can be compared."""
    if not isinstance(value, (str, *_NUMBERS)) and not hasattr(value, "isoformat"):
        return False
    if isinstance(other, _NUMBERS):
        return isinstance(value, _NUMBERS)
    return type(value) is type(other)
