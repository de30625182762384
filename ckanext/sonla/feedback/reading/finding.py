"""Which feedback is asked for: each filter by an index, also among a million.

Counts of what triggers count come from there; others end at `MOST`. A search goes back
month by month, and only a word that half a year has too seldom is asked of all years.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.feedback.clock import late_at
from ckanext.sonla.feedback.model import Feedback
from ckanext.sonla.feedback.vocabulary import ANSWERED, OPEN
from ckanext.sonla.shared import clock

from . import counting
from .model import FeedbackFound
from .reader import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .reader import Reader

MOST = 1000
_MONTHS = 6


@dataclass(frozen=True)
class Found:
    """A page of feedback, and how many there are: `capped`, when there are more."""

    page: list[Feedback]
    count: int
    capped: bool = False


def found(reader: Reader, asked: dict[str, Any]) -> Found:
    """Return a page of what is asked for, as validated by `schema.feedback_list`.

    Raises:
        NotAuthorized: strangers ask who is late.
        ValidationError: the order doesn't go with the filters.
    """
    _check(reader, asked)
    agency_id = _agency_id(asked["agency"]) if asked.get("agency") else None
    conditions = _conditions(reader, asked, agency_id)
    if asked.get("q"):
        return _searched(asked, conditions)
    page = list(
        model.Session.scalars(
            sa.select(Feedback)
            .where(*conditions)
            .order_by(*_order(asked))
            .limit(asked["limit"])
            .offset(asked["offset"])
        )
    )
    if any(asked.get(name) is not None for name in ("dataset_id", "entry", "late")):
        return Found(page, *_up_to_most(conditions))
    seen = None if reader.reads_agency(agency_id) else True
    states = asked.get("state") or (*OPEN, *ANSWERED)
    number = counting.count(
        agency_id,
        visible=seen,
        kind=asked.get("kind"),
        state=states,
        year=asked.get("year"),
    )
    return Found(page, number)


def _check(reader: Reader, asked: dict[str, Any]) -> None:
    if asked.get("late") is not None and not (
        reader.delays
        or (asked.get("agency") and _agency_id(asked["agency"]) in reader.own)
    ):
        raise tk.NotAuthorized(
            tk._("Lists of what is late are public once their quarter is frozen")
        )
    if asked.get("order") == "supported" and not asked.get("kind"):
        raise tk.ValidationError({"order": [tk._("Choose a kind to order by support")]})
    if asked.get("order") == "due":
        asked.setdefault("state", list(OPEN))
        if not set(asked["state"]) <= set(OPEN):
            raise tk.ValidationError(
                {"order": [tk._("Only what is open is ordered by its due date")]}
            )


def _agency_id(name: str) -> str:
    group = model.Group.get(name)
    return group.id if group else name


def _conditions(
    reader: Reader, asked: dict[str, Any], agency_id: str | None
) -> list[sa.ColumnElement[bool]]:
    of = Feedback
    where: list[sa.ColumnElement[bool]] = [of.received.is_not(None)]
    if not reader.reads_agency(agency_id):
        where.append(visible())
    states = asked.get("state") or []
    if states:
        where.append(_in_states(states))
    else:
        where.append(of.state != "set_aside")
    if asked.get("kind"):
        where.append(of.kind == asked["kind"])
    if agency_id:
        where.append(of.handler_id == agency_id)
    if asked.get("entry"):
        where.append(of.entry_code == asked["entry"])
    if asked.get("dataset_id"):
        package = model.Package.get(asked["dataset_id"])
        where.append(of.dataset_id == (package.id if package else asked["dataset_id"]))
    if asked.get("year"):
        where += _within(asked["year"])
    if asked.get("late") is not None:
        where += _lateness(reader, late=asked["late"])
    return where


def _in_states(states: list[str]) -> sa.ColumnElement[bool]:
    # Written as the index of what is open has it.
    if set(states) == set(OPEN):
        states = list(OPEN)
    return Feedback.state.in_(states)


def _within(year: int) -> list[sa.ColumnElement[bool]]:
    first, after = (
        datetime.combine(date(one, 1, 1), time(), tzinfo=clock.zone())
        for one in (year, year + 1)
    )
    return [Feedback.received >= first, Feedback.received < after]


def _lateness(reader: Reader, *, late: bool) -> list[sa.ColumnElement[bool]]:
    of = Feedback
    if late:
        return [
            sa.or_(of.closed.is_(None), late_at(of.closed, of.due_at)),
            late_at(reader.now, of.due_at),
        ]
    return [
        sa.or_(
            sa.and_(of.closed.is_not(None), of.closed <= of.due_at),
            sa.and_(of.closed.is_(None), of.due_at >= reader.now),
        )
    ]


def _order(asked: dict[str, Any]) -> list[Any]:
    of = Feedback
    if asked.get("order") == "supported":
        return [of.supports.desc(), of.received.desc(), of.id]
    if asked.get("late"):
        return [of.due_at.desc(), of.id]
    if asked.get("order") == "due":
        return [of.due_at, of.id]
    return [of.received.desc(), of.id]


def _up_to_most(conditions: list[sa.ColumnElement[bool]]) -> tuple[int, bool]:
    some = sa.select(sa.literal(1)).select_from(Feedback).where(*conditions)
    number = model.Session.scalar(
        sa.select(sa.func.count()).select_from(some.limit(MOST + 1).subquery())
    )
    return min(number or 0, MOST), (number or 0) > MOST


def _searched(asked: dict[str, Any], conditions: list[sa.ColumnElement[bool]]) -> Found:
    """Return a page of the newest that have the words, of `MOST` in all."""
    ids: dict[str, None] = {}
    for condition in _months(asked["q"]):
        rows = model.Session.scalars(
            sa.select(Feedback.id)
            .join(FeedbackFound, FeedbackFound.feedback_id == Feedback.id)
            .where(condition, *conditions)
            .order_by(Feedback.received.desc(), Feedback.id)
            .limit(MOST + 1)
        )
        ids.update(dict.fromkeys(rows))
        if len(ids) > MOST:
            break
    first = asked["offset"]
    wanted = list(ids)[:MOST][first : first + asked["limit"]]
    rows = {
        one.id: one
        for one in model.Session.scalars(
            sa.select(Feedback).where(Feedback.id.in_(wanted))
        )
    }
    return Found(
        [rows[one] for one in wanted], min(len(ids), MOST), capped=len(ids) > MOST
    )


def _months(said: str) -> Iterator[sa.ColumnElement[bool]]:
    """Yield what finds words: in this month, the months before, then in all years."""
    folded = model.Session.scalar(sa.select(sa.func.sonla_feedback_fold(said)))
    if not folded:
        return
    words = sa.func.plainto_tsquery(sa.text("'simple'"), folded)
    has = FeedbackFound.words.op("@@", is_comparison=True)
    month = clock.period_of(clock.today(), "month")
    for _ in range(_MONTHS):
        stamp = sa.cast(f"'/{month.first:%Y%m}'", TSQUERY)
        yield has(words.op("&&", return_type=TSQUERY())(stamp))
        month = month.previous()
    yield has(words)
