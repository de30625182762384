"""Delivery by quarter: pictures of an entry, a domain or an agency.

Everybody sees frozen quarters. What has not been frozen is for the operating office
and auditors, unless policy shows live delays (`listing.Reader` decides); an agency's
accounts see of it what their own agency owes for the entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.obligations import listing, statuses
from ckanext.sonla.obligations.model import FrozenSummary, Obligation
from ckanext.sonla.shared import clock

QUARTERS = 8
# In the order of a bar: what came in time first, what came not at all last.
DRAWN = (statuses.ON_TIME, statuses.EXCUSED, statuses.LATE, statuses.MISSING)
WIDTH = 100
OF = {
    "entry": Obligation.entry_code,
    "domain": Obligation.domain_id,
    "agency": Obligation.agency_id,
}


@dataclass(frozen=True)
class Bar:
    """A quarter: how many obligations stood how.

    Args:
        quarter: such as `2026-Q4`, in which they were due.
        counts: by status.
        frozen: whether the figures stand for good.
        own: whether they are of the reader's own agency alone.
    """

    quarter: str
    counts: dict[str, int]
    frozen: bool
    own: bool = False

    @property
    def total(self) -> int:
        """How many there are that the bar draws."""
        return sum(self.counts.get(status, 0) for status in DRAWN)

    @property
    def parts(self) -> list[tuple[str, float, float]]:
        """Each status with where its part begins and how wide it is, in percent."""
        found = []
        begin = 0.0
        for status in DRAWN:
            width = WIDTH * self.counts.get(status, 0) / self.total if self.total else 0
            if width:
                found.append((status, round(begin, 2), round(width, 2)))
            begin += width
        return found


def bars(of: str, object_id: str) -> list[Bar]:
    """Return the last quarters of an entry, a domain or an agency, the oldest first.

    Args:
        of: `entry`, `domain` or `agency`.
        object_id: the entry's code, or the group's id.
    """
    rows = model.Session.scalars(
        sa.select(FrozenSummary)
        .where(FrozenSummary.of == of, FrozenSummary.object_id == object_id)
        .order_by(FrozenSummary.quarter.desc())
        .limit(QUARTERS)
    ).all()
    frozen = [Bar(row.quarter, row.counts, frozen=True) for row in reversed(rows)]
    reader = listing.Reader(tk.current_user.name)
    known = {one.quarter for one in frozen}
    frozen += [one for one in _live(reader, of, object_id) if one.quarter not in known]
    return [one for one in frozen if one.total][-QUARTERS:]


def _live(reader: listing.Reader, of: str, object_id: str) -> list[Bar]:
    """Return the quarters of now and before as they stand at this instant."""
    seen = sa.true() if reader.delays else reader.inside()
    own = not (reader.live or reader.delays)
    if own and (of == "domain" or not reader.own):
        # A part of a domain beside the whole of its past would mislead.
        return []
    now = reader.now
    this = clock.period_of(clock.local_date(now), "quarter")
    first = this.previous()
    quarter = sa.func.to_char(Obligation.due, 'YYYY"-Q"Q').label("quarter")
    status = statuses.status_at(now).label("status")
    counted = (
        sa.select(quarter, status)
        .where(OF[of] == object_id, seen)
        .where(Obligation.due.between(first.first, this.last))
        .subquery()
    )
    found: dict[str, dict[str, Any]] = {}
    for of_quarter, of_status, count in model.Session.execute(
        sa.select(counted.c.quarter, counted.c.status, sa.func.count()).group_by(
            counted.c.quarter, counted.c.status
        )
    ):
        found.setdefault(of_quarter, {})[of_status] = count
    return [Bar(one, found[one], frozen=False, own=own) for one in sorted(found)]
