"""How an obligation stands: it follows from what happened to it and from the clock.

One rule in two languages, for one obligation here and for many in the database; a
property test holds them equal. On time is what was approved before the due date's end:
23:59:59 still is, 00:00:00 no longer (Civil Code, article 148.6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from .model import Obligation

if TYPE_CHECKING:
    from datetime import datetime

NOT_YET_DUE = "not_yet_due"
DUE = "due"
ON_TIME = "on_time"
LATE = "late"
MISSING = "missing"
EXCUSED = "excused"
CLOSED = "closed"
STATUSES = (NOT_YET_DUE, DUE, ON_TIME, LATE, MISSING, EXCUSED, CLOSED)
# What is still owed.
OPEN = frozenset((NOT_YET_DUE, DUE, MISSING))
# What nobody outside the agency and the operating office learns before it is frozen.
DELAYED = (LATE, MISSING)


def status_of(obligation: Obligation, now: datetime) -> str:
    """Return how an obligation stands at an instant, by what had happened then."""
    of = obligation
    met_at = of.met_at if of.met_at is not None and of.met_at <= now else None
    if met_at is not None and met_at < of.due_at:
        return ON_TIME
    if of.excused_at is not None and of.excused_at <= now:
        return EXCUSED
    if met_at is not None:
        return LATE
    if of.closed_at is not None and of.closed_at <= now:
        return CLOSED
    if now < of.opens_at:
        return NOT_YET_DUE
    return DUE if now < of.due_at else MISSING


def status_at(now: datetime) -> sa.Case[Any]:
    """Return the same rule for the database."""
    of = Obligation
    return sa.case(
        (sa.and_(of.met_at <= now, of.met_at < of.due_at), ON_TIME),
        (of.excused_at <= now, EXCUSED),
        (of.met_at <= now, LATE),
        (of.closed_at <= now, CLOSED),
        (sa.literal(now) < of.opens_at, NOT_YET_DUE),
        (sa.literal(now) < of.due_at, DUE),
        else_=MISSING,
    )
