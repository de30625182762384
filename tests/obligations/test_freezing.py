"""A closed quarter is a snapshot: what was missing may come late, it stays."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.obligations import freezing
from ckanext.sonla.obligations.model import FrozenObligation, FrozenSummary
from ckanext.sonla.shared import clock
from tests.factories import approval
from tests.factories import obligations as make
from tests.obligations.test_settling import submitted

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")
FREEZE = "obligations.freeze"


def frozen() -> dict[str, str]:
    model.Session.rollback()
    rows = model.Session.execute(
        sa.select(FrozenObligation.period, FrozenObligation.status)
    )
    return dict(rows.tuples().all())


def freeze(moment: str) -> None:
    """Let the clock show a time for an hour and more."""
    with make.at(moment):
        make.run(FREEZE)
    with make.at(f"{moment[:11]}23:00"):
        make.run(FREEZE)


@pytest.fixture
def office():
    return make.office(agency_kind="department", title="Sở Y tế")


def test_what_was_missing_comes_late_and_the_snapshot_stays(office):
    with make.at("2026-05-20 09:00"):
        entry = make.entry(office)
    with make.at("2026-12-30 09:00"):
        make.run()
        # A stranger doesn't learn who is late.
        assert make.standing(period="2026-Q3") == [("2026-Q3", "due")]
        assert make.standing(office.officer, period="2026-Q3") == [
            ("2026-Q3", "missing")
        ]
    freeze("2027-01-01 00:00")
    assert frozen() == {"2026-Q3": "missing"}
    with make.at("2027-01-02 09:00"):
        assert make.standing(period="2026-Q3") == [("2026-Q3", "missing")]
        approval.approve(office, submitted(office, entry, "2026-Q3"))
        [live] = make.owed(office.officer, period="2026-Q3")
        assert (live["status"], live["frozen_status"]) == ("late", "missing")
        [seen] = make.owed(period="2026-Q3")
        assert (seen["status"], seen["met_at"]) == ("missing", None)
    sums = model.Session.execute(sa.select(FrozenSummary.of, FrozenSummary.counts))
    assert dict(sums.tuples().all()) == {
        of: {"missing": 1} for of in ("agency", "domain", "entry")
    }


def test_the_database_refuses_to_change_what_was_frozen(office):
    with make.at("2026-05-20 09:00"):
        make.entry(office)
    freeze("2027-01-01 00:00")
    for statement in (
        "UPDATE sonla_obligation_frozen SET status = 'on_time'",
        "DELETE FROM sonla_obligation_summary",
        "DELETE FROM sonla_obligation_quarter",
        "TRUNCATE sonla_obligation_frozen",
    ):
        with pytest.raises(DBAPIError, match="stays"):
            model.Session.execute(sa.text(statement))
        model.Session.rollback()


def test_a_snapshot_after_an_outage_tells_how_it_stood_at_the_quarters_end(office):
    with make.at("2026-05-20 09:00"):
        entry = make.entry(office)
    with make.at("2027-01-05 09:00"):
        approval.approve(office, submitted(office, entry, "2026-Q3"))
    # Nothing ticked since the edition was decided, for three quarters.
    freeze("2027-02-05 00:00")
    assert frozen() == {"2026-Q3": "missing"}
    freeze("2027-04-02 00:00")
    assert frozen() == {"2026-Q3": "missing", "2026-Q4": "missing"}


def test_a_clock_that_runs_ahead_for_a_moment_freezes_nothing(office):
    with make.at("2026-05-20 09:00"):
        make.entry(office)
    for moment in ("2026-10-05 09:00", "2027-01-05 09:00", "2026-10-05 09:05"):
        with make.at(moment):
            make.run(FREEZE)
    assert frozen() == {}


def test_a_quarter_is_frozen_once_and_only_when_it_has_ended(office):
    with make.at("2026-05-20 09:00"):
        make.entry(office)
    with make.at("2026-12-31 23:59"):
        with pytest.raises(tk.ValidationError):
            freezing.freeze(clock.parse_period("2026-Q4"))
        model.Session.rollback()
    with make.at("2027-01-01 00:00:01"):
        assert freezing.freeze(clock.parse_period("2026-Q4"))
        model.Session.commit()
        assert not freezing.freeze(clock.parse_period("2026-Q4"))
        model.Session.commit()


@pytest.mark.ckan_config("sonla.policy.show_live_delays", True)
def test_a_policy_switch_lets_everybody_see_who_is_late(office):
    with make.at("2026-05-20 09:00"):
        make.entry(office)
    with make.at("2026-10-30 09:00"):
        make.run()
        assert make.standing(period="2026-Q3") == [("2026-Q3", "missing")]
