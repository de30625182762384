"""A source that is read by its entry's update cycle: in time before the due date.

From `sonla.policy.harvest_days_before` days before the earliest due date of what has
not come yet, but not before its period is over, the source is asked once a day until
the data is public (article 8.4). What is late goes on being asked for.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from ckan import model
from ckanext.sonla.harvesting import cron, owed
from ckanext.sonla.shared import clock, policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# What a configuration says in `schedule`.
CYCLE = "cycle"
# When it is asked on such a day, as ckanext-harvest's daily sources are.
DAILY = "0 1 * * *"


def next_at(
    dues: Iterable[Mapping[str, Any]], last: dt.datetime, days_before: int
) -> dt.datetime | None:
    """Return when a source is due by what is owed, None where nothing is.

    Args:
        dues: obligations that are open, with `opens` and `due` as dates.
        last: when the source was last asked, or made.
        days_before: days before a due date from which it is asked.
    """
    firsts = [
        max(
            dt.date.fromisoformat(one["opens"]),
            dt.date.fromisoformat(one["due"]) - dt.timedelta(days=days_before),
        )
        for one in dues
    ]
    if not firsts:
        return None
    # The last instant of the day before, so that the first turn of the day counts.
    eve = clock.end_of(min(firsts) - dt.timedelta(days=1)) - dt.timedelta(seconds=1)
    return cron.next_after(DAILY, max(last, eve))


def of(config: Mapping[str, Any], agency_id: str | None, last: dt.datetime) -> Any:
    """Return when a source with this configuration is due by its entry's cycle."""
    package: Any = model.Package.get(config.get("dataset"))
    dues = owed.owed(package.id if package else None, agency_id, owed.OPEN)
    return next_at(dues, last, policy.number("harvest_days_before"))
