"""What is owed: by whom, for which period, from when on (article 8.4)."""

from __future__ import annotations

import pytest

from tests.factories import catalogue
from tests.factories import obligations as make

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


@pytest.fixture
def office():
    return make.office(agency_kind="department")


def test_the_first_period_is_the_first_that_begins_after_the_edition_took_effect(
    office,
):
    with make.at("2026-05-20 09:00"):
        make.entry(office)
        make.run()
        assert make.owed() == []
    # The last second of a quarter and the first of the next, in the province's zone.
    with make.at("2026-06-30 23:59:59", tick=False):
        make.run()
        assert make.owed() == []
    with make.at("2026-07-01 00:00:00", tick=False):
        make.run()
        assert make.standing() == [("2026-Q3", "not_yet_due")]
    with make.at("2026-09-30 23:59:59", tick=False):
        make.run()
        assert make.standing() == [("2026-Q3", "not_yet_due")]
    with make.at("2026-10-01 00:00:00", tick=False):
        assert make.standing() == [("2026-Q3", "due")]


def test_nothing_is_owed_for_a_period_that_began_before_the_agency_joined():
    late = make.office(since="2026-08-05", agency_kind="commune")
    early = make.office(agency_kind="commune")
    with make.at("2026-05-20 09:00"):
        make.entry(early, providers={"kind": "class", "class": "commune"})
    with make.at("2026-10-02 09:00"):
        make.run()
        assert make.standing(agency=early.name) == [
            ("2026-Q3", "due"),
            ("2026-Q4", "not_yet_due"),
        ]
        assert make.standing(agency=late.name) == [("2026-Q4", "not_yet_due")]


def test_the_update_of_a_quarter_has_its_target_and_its_due_date(office):
    with make.at("2026-05-20 09:00"):
        make.entry(office)
    with make.at("2027-01-02 09:00"):
        make.run()
        third, fourth, _ = make.owed()
    assert (third["opens"], third["target"], third["due"]) == (
        "2026-10-01", "2026-10-15", "2026-10-16",
    )  # fmt: skip
    assert third["due_at"] == "2026-10-16T17:00:00Z"
    assert third["explain"] == {
        "kind": "quarterly_update", "year": 2026, "quarter": 4,
    }  # fmt: skip
    # 16-1-2027 is a Saturday.
    assert fourth["due"] == "2027-01-18"


@pytest.mark.ckan_config("sonla.policy.due_on_target_day", True)
def test_a_policy_switch_makes_the_target_the_due_date(office):
    with make.at("2026-05-20 09:00"):
        make.entry(office)
    with make.at("2026-07-02 09:00"):
        make.run()
        assert make.owed()[0]["due"] == "2026-10-15"


@pytest.mark.parametrize(
    ("cycle", "periods"),
    [
        ("monthly", ["2028-02", "2028-03"]),
        ("half_yearly", []),
        ("yearly", []),
        ("once", []),
        ("on_change", []),
    ],
)
def test_each_cycle_has_its_own_periods(office, cycle, periods):
    with make.at("2028-01-31 09:00"):
        make.entry(office, cycle)
    with make.at("2028-03-01 09:00"):
        make.run()
        assert [one["period"] for one in make.owed()] == periods


def test_the_month_that_ends_on_29_february_is_counted_from_the_first_of_march(
    office,
):
    with make.at("2028-01-31 09:00"):
        make.entry(office, "monthly")
    with make.at("2028-02-29 23:59:59", tick=False):
        make.run()
        assert make.standing() == [("2028-02", "not_yet_due")]
    with make.at("2028-03-01 00:00:00", tick=False):
        assert make.standing() == [("2028-02", "due")]
    february = make.owed()[0]
    assert (february["opens"], february["due"]) == ("2028-03-01", "2028-03-16")


def test_a_year_is_owed_from_its_beginning_and_due_after_its_end(office):
    with make.at("2027-02-28 09:00"):
        make.entry(office, "yearly")
    with make.at("2029-01-01 00:00"):
        make.run()
        assert make.standing() == [("2028", "due"), ("2029", "not_yet_due")]


def test_the_day_to_publish_by_is_owed_too(office):
    with make.at("2026-05-20 09:00"):
        make.entry(office, "once", publish_by="2026-11-22")
        make.run()
        [one] = make.owed()
    # 22-11-2026 is a Sunday, and 24-11 a holiday.
    assert (one["kind"], one["period"], one["due"]) == (
        "publish_by", "", "2026-11-23",
    )  # fmt: skip
    assert one["status"] == "due"


def test_a_day_before_the_edition_took_effect_is_not_owed(office):
    with make.at("2026-05-20 09:00"):
        make.entry(office, "once", publish_by="2026-05-19")
        make.run()
        assert make.owed() == []


def test_each_provider_owes_for_itself():
    first, second = (make.office(agency_kind="commune") for _ in range(2))
    with make.at("2026-05-20 09:00"):
        make.entry(first, providers={"kind": "class", "class": "commune"})
        make.entry(second, "monthly")
    with make.at("2026-07-03 09:00"):
        make.run()
        assert len(make.owed(agency=first.name)) == 1
        assert len(make.owed(agency=second.name)) == 1 + 2
        assert len(make.owed(kind="periodic", period="2026-06")) == 1


def test_a_tick_makes_nothing_twice_and_catches_up_after_an_outage(office):
    with make.at("2026-05-20 09:00"):
        make.entry(office)
    with make.at("2027-08-20 09:00"):
        make.run()
        once = make.everything()
        make.run()
        assert make.everything() == once
    assert [one["period"] for one in once] == [
        "2026-Q3", "2026-Q4", "2027-Q1", "2027-Q2", "2027-Q3",
    ]  # fmt: skip


def test_a_clock_that_is_set_forward_and_back_doubles_nothing_and_loses_nothing(
    office,
):
    with make.at("2026-05-20 09:00"):
        make.entry(office)
    for moment in ("2026-10-02", "2027-02-02", "2026-09-30", "2026-10-03"):
        with make.at(f"{moment} 09:00"):
            make.run()
    with make.at("2027-02-03 09:00"):
        make.run()
        assert [one["period"] for one in make.owed()] == [
            "2026-Q3", "2026-Q4", "2027-Q1",
        ]  # fmt: skip


def amended(office, entry, **values):
    """Amend an entry by an edition decided today."""
    from ckanext.sonla.catalogue import editions, states
    from ckanext.sonla.shared import clock

    made = editions.create_edition("amending", "factory-operator")
    if values:
        editions.update_entry(made, entry["code"], values, "factory-operator")
    else:
        editions.retire_entry(made, entry["code"], "factory-operator")
    states.Submit().run(made, "factory-operator")
    states.Approve().run(
        made,
        "factory-leader",
        decision_number="783/QĐ-UBND",
        decision_date=clock.today(),
    )
    catalogue.model.Session.commit()


def test_a_cycle_that_changes_mid_period_closes_the_running_one_only(office):
    with make.at("2026-05-20 09:00"):
        entry = make.entry(office)
    with make.at("2026-10-03 09:00"):
        make.run()
    with make.at("2026-10-10 09:00"):
        amended(office, entry, update_cycle="monthly")
        make.run()
    with make.at("2026-11-02 09:00"):
        make.run()
        assert make.standing(make.operator()) == [
            ("2026-Q3", "missing"),
            ("2026-11", "not_yet_due"),
            ("2026-Q4", "closed"),
        ]
        closed = make.owed(status="closed")[0]
    assert (
        closed["closed"]["reason"] == "By a decision the entry has another update cycle"
    )


def test_an_entry_taken_out_is_owed_no_longer_and_what_was_overdue_stays(office):
    with make.at("2026-05-20 09:00"):
        entry = make.entry(office)
        make.entry(office, "yearly")
    with make.at("2027-01-05 09:00"):
        make.run()
    with make.at("2027-01-10 09:00"):
        amended(office, entry)
        make.run()
        found = make.standing(make.operator(), entry=entry["code"])
    assert found == [
        ("2026-Q3", "missing"),
        ("2026-Q4", "closed"),
        ("2027-Q1", "closed"),
    ]


def test_an_agency_that_closes_mid_quarter_owes_nothing_more(office):
    from ckan import model

    with make.at("2026-05-20 09:00"):
        make.entry(office)
    with make.at("2026-08-05 09:00"):
        make.run()
        agency = model.Group.get(office.id)
        assert agency
        agency.state = "deleted"
        model.Session.commit()
        make.run()
        [one] = make.owed()
        assert one["status"] == "closed"
        assert one["closed"]["reason"] == "The agency no longer exists"
    with make.at("2026-11-05 09:00"):
        make.run()
        assert len(make.owed()) == 1


def test_a_provider_that_an_edition_drops_owes_nothing_more(office):
    other = make.office(agency_kind="department")
    with make.at("2026-05-20 09:00"):
        entry = make.entry(office, providers=[office.name, other.name])
    with make.at("2026-08-05 09:00"):
        make.run()
        amended(office, entry, providers=[other.name])
        make.run()
        assert make.standing(agency=office.name) == [("2026-Q3", "closed")]
        assert make.standing(agency=other.name) == [("2026-Q3", "not_yet_due")]


def test_an_agency_that_a_decision_makes_provider_begins_with_its_next_period(office):
    successor = make.office(agency_kind="department")
    with make.at("2026-05-20 09:00"):
        entry = make.entry(office)
    with make.at("2026-08-05 09:00"):
        make.run()
        amended(office, entry, providers=[successor.name])
    with make.at("2026-10-05 09:00"):
        make.run()
        assert make.standing(agency=office.name) == [("2026-Q3", "closed")]
        assert make.standing(agency=successor.name) == [("2026-Q4", "not_yet_due")]


def test_another_day_to_publish_by_takes_the_place_of_the_one_before(office):
    with make.at("2026-05-20 09:00"):
        entry = make.entry(office, "once", publish_by="2026-09-30")
        make.run()
    with make.at("2026-06-20 09:00"):
        amended(office, entry, publish_by="2026-12-31")
        make.run()
        found = [(one["due"], one["status"]) for one in make.owed()]
    assert found == [("2026-09-30", "closed"), ("2026-12-31", "due")]
