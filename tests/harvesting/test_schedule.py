"""When sources are read: by their schedule, and ever less often while they fail."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.harvest.model import HarvestJob, HarvestSource
from ckanext.sonla.harvesting.runs import schedule, tasks
from ckanext.sonla.harvesting.runs.model import HarvestRun
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.mail import OutboxMail
from tests.factories import approval

from . import running
from .conftest import OWNED, Site, make_source
from .test_runs import ROWS, give

HOUR = dt.timedelta(hours=1)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=clock.zone())


@pytest.mark.usefixtures("with_plugins")
def test_a_cron_expression_is_read_in_the_provinces_time():
    last = at("2026-11-23 02:00")
    assert schedule.next_at("30 1 * * *", last) == at("2026-11-24 01:30")
    assert schedule.next_at(None, last) is None


@pytest.mark.usefixtures("with_plugins")
def test_a_failing_source_is_asked_ever_less_often():
    last = ended = at("2026-11-23 02:00")
    due = [
        schedule.next_at("* * * * *", last, failures, ended)
        for failures in (1, 2, 3, 8, 9, 99)
    ]
    waits = [5, 10, 20, 640, 1280, 1440]
    assert due == [ended + dt.timedelta(minutes=wait) for wait in waits]


def test_a_schedule_that_is_none_is_refused(staff: Any):
    for told in ("61 1 * * *", "mỗi ngày", "* * * * * *", 5):
        with pytest.raises(tk.ValidationError) as caught:
            make_source("cb-yte", config={**OWNED, "schedule": told})
        assert "schedule" in str(caught.value.error_dict["config"])


@pytest.fixture
def daily(staff: dict[str, str], site: Site) -> dict[str, Any]:
    running.dataset()
    give(site, ROWS)
    return running.source(f"{site.address}/rows", {"schedule": "30 1 * * *"})


def test_the_tick_starts_what_is_due_once(daily: Any):
    tomorrow = clock.now() + dt.timedelta(days=1)
    assert schedule.due(clock.now() - HOUR) == []
    assert schedule.start_due(tomorrow) == [daily["id"]]
    # It waits for a worker: the next tick doesn't ask again.
    assert schedule.start_due(tomorrow) == []
    found = running.work(daily["id"])
    assert (found["cause"], found["outcome"]) == ("scheduled", "submitted")
    # The leader has it before her: nobody asks the source meanwhile.
    assert schedule.start_due(tomorrow + HOUR * 48) == []
    running.approve(found)
    assert schedule.start_due(tomorrow + HOUR * 48) == [daily["id"]]


def test_who_only_starts_by_hand_is_never_due(staff: Any, site: Site):
    running.dataset()
    running.source(f"{site.address}/rows", {})
    assert schedule.due(clock.now() + dt.timedelta(days=400)) == []


def mails(name: str) -> list[Any]:
    model.Session.rollback()
    query = sa.select(OutboxMail).where(OutboxMail.event == name)
    return list(model.Session.scalars(query))


def test_a_failing_source_is_reported_once_until_it_worked_again(
    daily: Any, site: Site
):
    for _ in range(2):
        site.answers["/rows"] = lambda handler: handler.reply(401, b"")
        running.run(daily["id"])
        found = running.run(daily["id"])
        assert found["reasons"][0]["sentence"].startswith("The source refuses")
        last: Any = HarvestRun.last_of(daily["id"])
        soon = [schedule.due(last.ended + wait) for wait in (HOUR / 10, HOUR / 5)]
        assert soon == [[], [daily["id"]]]
        give(site, ROWS)
        good = running.run(daily["id"])
        running.approve(good) if good["outcome"] == "submitted" else None
    told = mails("harvest.failing")
    assert len(told) == 2
    assert len({mail.key for mail in told}) == 2
    assert "không" in told[0].subject or "can't" in told[0].subject


def test_an_officer_may_want_to_be_told_always(staff: Any, site: Site):
    running.dataset()
    give(site, ROWS)
    source = running.source(f"{site.address}/rows", {"mail": "always"})
    running.run(source["id"])
    (told,) = mails("harvest.ended")
    assert "20" in told.text


def test_ledgers_are_kept_as_long_as_the_policy_says(daily: Any, site: Site):
    running.approve(running.run(daily["id"]))
    for _ in range(2):
        running.run(daily["id"])
    old = clock.now() - dt.timedelta(days=364)
    _ended_at(old)
    tasks.forget()
    assert len(running.ledger(daily["id"])) == 3
    _ended_at(old - dt.timedelta(days=2))
    tasks.forget()
    # The newest stays: the next run begins where it ended.
    (left,) = running.ledger(daily["id"])
    assert left["outcome"] == "unchanged"


def _ended_at(moment: dt.datetime) -> None:
    model.Session.execute(sa.update(HarvestRun).values(ended=moment))
    model.Session.commit()


def test_a_job_that_was_made_past_us_gets_its_run(daily: Any):
    job = HarvestJob(source=HarvestSource.get(daily["id"]), status="Running")
    job.save()
    tasks.runs()
    found = running.work(daily["id"])
    assert found["outcome"] == "submitted"
    report = approval.act("cb-yte", "harvest_job_show", id=job.id)
    assert report["status"] == "Finished"
