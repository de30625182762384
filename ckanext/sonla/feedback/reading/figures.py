"""The figures of the statistics page.

How many of what, everybody reads at once. Which agency answers in time is public once
its quarter is frozen (article 12.3); until then it is inside, unless policy opens it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.feedback.clock import late_at
from ckanext.sonla.feedback.handling.model import FrozenQuarter, FrozenSummary
from ckanext.sonla.feedback.model import Feedback
from ckanext.sonla.feedback.vocabulary import ANSWERED, OPEN
from ckanext.sonla.shared import policy

from . import counting, rounds
from .model import EVERYBODY, FeedbackCount, FeedbackDelta

if TYPE_CHECKING:
    from .reader import Reader

_ALL = 100
_QUARTERS = 12


@dataclass(frozen=True)
class Agency:
    """How an agency answers: of what was answered, and what is open now."""

    name: str
    title: str
    in_time: int
    late: int
    open_: int
    overdue: int

    @property
    def rate(self) -> float | None:
        """The part answered in time of what was answered or should have been, in %."""
        owed = self.in_time + self.late + self.overdue
        return round(_ALL * self.in_time / owed, 1) if owed else None


def by_year() -> list[tuple[int, dict[str, int]]]:
    """Return how much was received in each year: open, answered, declined."""
    found: dict[int, dict[str, int]] = {}
    counts = counting.table(None, ("year", "state"), visible=True)
    for (year, state), number in counts.items():
        part = "open" if state in OPEN else state
        cells = found.setdefault(year, dict.fromkeys(("open", *ANSWERED), 0))
        cells[part] = cells.get(part, 0) + number
    return sorted(found.items(), reverse=True)


def quarters() -> list[str]:
    """Return the frozen quarters, the newest first."""
    query = sa.select(FrozenQuarter.quarter).order_by(FrozenQuarter.quarter.desc())
    return list(model.Session.scalars(query.limit(_QUARTERS)))


def frozen(quarter: str) -> list[FrozenSummary]:
    """Return how each agency answered in a quarter, as it was frozen."""
    return list(
        model.Session.scalars(
            sa.select(FrozenSummary)
            .where(FrozenSummary.quarter == quarter)
            .order_by(FrozenSummary.agency_title)
        )
    )


def by_agency(reader: Reader, year: int | None = None) -> list[Agency]:
    """Return how agencies stand now, those that the reader may know of.

    Args:
        reader: who asks; strangers get nothing unless policy opens live delays.
        year: only what was received in this year.
    """
    if not reader.delays and not reader.own:
        return []
    numbers = _numbers(None if reader.delays else list(reader.own), year)
    overdue = _overdue(reader, list(numbers), year)
    group = model.group_table.c
    titles = {
        row.id: row
        for row in model.Session.execute(
            sa.select(group["id"], group["name"], group["title"]).where(
                group["id"].in_(list(numbers))
            )
        )
    }
    return sorted(
        (
            Agency(row.name, row.title or row.name, *numbers[id_], overdue.get(id_, 0))
            for id_, row in titles.items()
        ),
        key=lambda one: one.title,
    )


def _numbers(
    ids: list[str] | None, year: int | None
) -> dict[str, tuple[int, int, int]]:
    """Return in time, late and open by agency."""

    def cells(table: Any) -> sa.Select[Any]:
        where = [table.handler_id != EVERYBODY, table.visible.is_(True)]
        if ids is not None:
            where.append(table.handler_id.in_(ids))
        if year is not None:
            where.append(table.year == year)
        return sa.select(table.handler_id, table.state, table.late, table.n).where(
            *where
        )

    both = sa.union_all(cells(FeedbackCount), cells(FeedbackDelta)).subquery()
    done = both.c.state.in_(ANSWERED)

    def total(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.coalesce(sa.func.sum(both.c.n).filter(condition), 0)

    rows = model.Session.execute(
        sa.select(
            both.c.handler_id,
            total(sa.and_(done, both.c.late.is_(False))),
            total(sa.and_(done, both.c.late.is_(True))),
            total(both.c.state.in_(OPEN)),
        ).group_by(both.c.handler_id)
    )
    found = {row[0]: (int(row[1]), int(row[2]), int(row[3])) for row in rows}
    # What was late before it was reopened stays late.
    for id_, (in_time, late) in rounds.by_agency(ids, year).items():
        now = found.get(id_, (0, 0, 0))
        found[id_] = (now[0] + in_time, now[1] + late, now[2])
    return found


def _overdue(reader: Reader, ids: list[str], year: int | None) -> dict[str, int]:
    """Return how much of what is open is late now: there is never much of it."""
    query = (
        sa.select(Feedback.handler_id, sa.func.count())
        .where(
            Feedback.state.in_(OPEN),
            late_at(reader.now, Feedback.due_at),
            Feedback.moderation == "clear",
            Feedback.handler_id.in_(ids),
        )
        .group_by(Feedback.handler_id)
    )
    if year is not None:
        zoned = sa.func.timezone(policy.text("timezone"), Feedback.received)
        query = query.where(sa.extract("year", zoned) == year)
    return {row[0]: row[1] for row in model.Session.execute(query)}
