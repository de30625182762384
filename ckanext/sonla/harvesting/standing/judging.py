"""Whether a run is inside what the leader approved: a pure function of its counts."""

from __future__ import annotations

from dataclasses import dataclass
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
        columns: of the table that a field of the source fills.
        fields: of the source that no column of the table takes.
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
    """What is public, and what the run that brought it found at the source.

    Args:
        rows: of the public table; None where none is public yet.
        columns: that were filled then; None where no run brought it.
        fields: that no column took then; None where no run brought it.
    """

    rows: int | None
    columns: tuple[str, ...] | None = None
    fields: tuple[str, ...] | None = None


def judge(
    run: Run, before: Before, limits: Limits, schema: Mapping[str, Any]
) -> list[str]:
    """Return why a run goes to the leader; nothing for one that publishes by itself.

    Args:
        run: what it brought.
        before: what is public.
        limits: that the leader approved.
        schema: the Table Schema that she approved, of it the columns that the mapping
            names.
    """
    known = [one["name"] for one in schema.get("fields", ())]
    filled = known if before.columns is None else before.columns
    lost = (before.rows or 0) - run.rows
    found = {
        # She approved a source. The first words of a dataset are hers to read.
        FIRST: before.rows is None,
        # An empty or shrunken source never empties the public table.
        EMPTY: run.rows <= 0,
        BAD_ROWS: _above(run.quarantined, run.read, limits.bad_rows),
        FEWER_ROWS: _above(lost, before.rows or 0, limits.fewer_rows),
        NEW_COLUMNS: not set(run.columns) <= set(known)
        or (before.fields is not None and not set(run.fields) <= set(before.fields)),
        MISSING_COLUMNS: not set(filled) <= set(run.columns),
        LATE: run.days_late > limits.late_days,
    }
    return [reason for reason in REASONS if found[reason]]


def _above(part: int, whole: int, percent: float) -> bool:
    return part > 0 and part * HUNDRED > whole * percent
