"""A source is read in time before its entry's update is due (article 8.4)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ckanext.sonla.harvesting import rest
from ckanext.sonla.harvesting.runs import cycle, schedule
from ckanext.sonla.shared import clock
from tests.factories import approval
from tests.factories import obligations as make

from . import running
from .conftest import OWNED, Site, make_source
from .test_runs import ROWS, give

# Its libraries can't be imported while the clock is set.
assert rest
Q3 = {"opens": "2026-10-01", "due": "2026-10-16"}
Q4 = {"opens": "2027-01-01", "due": "2027-01-16"}


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=clock.zone())


@pytest.mark.usefixtures("with_plugins")
@pytest.mark.parametrize(
    ("owed", "last", "days", "expected"),
    [
        # Long before, it is asked on the first of the five days before the due date.
        ([Q4, Q3], "2026-09-01 09:00", 5, "2026-10-11 01:00"),
        # Never before its period is over, however early an operator wants it.
        ([Q3], "2026-09-01 09:00", 40, "2026-10-01 01:00"),
        # Then once a day, also when it is late.
        ([Q3], "2026-10-11 01:00", 5, "2026-10-12 01:00"),
        ([Q3, Q4], "2026-11-20 13:00", 5, "2026-11-21 01:00"),
        # On the due date itself.
        ([Q3], "2026-09-01 09:00", 0, "2026-10-16 01:00"),
    ],
)
def test_a_source_is_asked_from_some_days_before_the_due_date(
    owed: Any, last: str, days: int, expected: str
):
    assert cycle.next_at(owed, at(last), days) == at(expected)


@pytest.mark.usefixtures("with_plugins")
def test_where_nothing_is_owed_nobody_asks():
    assert cycle.next_at([], at("2026-10-16 01:00"), 5) is None


def test_the_update_of_a_quarter_is_read_in_time_and_then_no_more(
    staff: Any, site: Site
):
    with make.at("2026-06-20 09:00"):
        running.dataset(cycle="quarterly")
        make.joined(running.office().id)
        give(site, ROWS)
        source = running.source(f"{site.address}/rows", {"schedule": cycle.CYCLE})
        running.approve(running.run(source["id"]))
    with make.at("2026-10-10 23:00"):
        make.run()
        assert schedule.start_due(clock.now()) == []
    with make.at("2026-10-11 01:01"):
        give(site, [*ROWS, {**ROWS[0], "id": 999}])
        assert schedule.start_due(clock.now()) == [source["id"]]
        found = running.work(source["id"])
        assert (found["cause"], found["outcome"]) == ("scheduled", "submitted")
        revision = approval.act(
            "ld-yte", "sonla_revision_show", id=found["revision_id"]
        )
        # The quarter that is over, not the one that the day is in.
        assert revision["data_period"] == "2026-Q3"
        running.approve(found)
    with make.at("2026-10-20 01:01"):
        make.run()
        assert schedule.due(clock.now()) == []


def test_the_word_is_the_only_one_beside_a_cron_expression(staff: Any):
    made = make_source("cb-yte", config={**OWNED, "schedule": "cycle"})
    assert '"cycle"' in made["config"]
