"""Whether a run is inside what the leader approved: a pure function of its counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

EMPTY = "empty"
BAD_ROWS = "bad_rows"
FEWER_ROWS = "fewer_rows"
NEW_COLUMNS = "new_columns"
MISSING_COLUMNS = "missing_columns"
LATE = "late"
FIRST = "first"
REASONS = (FIRST, EMPTY, BAD_ROWS, FEWER_ROWS, NEW_COLUMNS, MISSING_COLUMNS, LATE)
HUNDRED = 100


@dataclass(frozen=True)
class Limits:
    """What a run may do without being asked about.

    Args:
        bad_rows: percent of the rows read that may break the table's rules.
        fewer_rows: percent of the public rows that may be gone.
        late_days: days that the data may come after its due date.
    """

    bad_rows: float
    fewer_rows: float
    late_days: int


@dataclass(frozen=True)
class Run:
    """What a run brought.

    Args:
        read: rows that the source gave.
        quarantined: rows of them that break the table's rules.
        rows: rows of the table that the run would publish.
        columns: of the rows as they were mapped, in the table's names.
        fields: that the source gave, in its own names.
        days_late: days after the data's due date; 0 or less in time.
    """

    read: int
    quarantined: int
    rows: int
    columns: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    days_late: int = 0


@dataclass(frozen=True)
class Before:
    """What is public, and how it came.

    Args:
        rows: of the public table; None where none is public yet.
        fields: that the source gave at its last run; empty where that isn't known.
    """

    rows: int | None
    fields: tuple[str, ...] = field(default=())


def judge(
    run: Run, before: Before, limits: Limits, schema: Mapping[str, Any]
) -> list[str]:
    """Return why a run goes to the leader; nothing for one that publishes by itself.

    Args:
        run: what it brought.
        before: what is public.
        limits: that the leader approved.
        schema: the Table Schema that she approved.
    """
    known = {one["name"]: one for one in schema.get("fields", ())}
    lost = (before.rows or 0) - run.rows
    found = {
        # What she approved was the source. A dataset's first words are hers to read.
        FIRST: before.rows is None,
        # An empty or shrunken source never empties the public table.
        EMPTY: run.rows <= 0,
        BAD_ROWS: _above(run.quarantined, run.read, limits.bad_rows),
        FEWER_ROWS: _above(lost, before.rows or 0, limits.fewer_rows),
        NEW_COLUMNS: not set(run.columns) <= set(known)
        or bool(before.fields and set(run.fields) - set(before.fields)),
        MISSING_COLUMNS: bool(set(known) - set(run.columns))
        or bool(set(before.fields) - set(run.fields)),
        LATE: run.days_late > limits.late_days,
    }
    return [reason for reason in REASONS if found[reason]]


def _above(part: int, whole: int, percent: float) -> bool:
    return part > 0 and part * HUNDRED > whole * percent
