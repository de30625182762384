"""Who sees what of the obligations, and what is asked wrongly."""

from __future__ import annotations

import pytest

from ckan import model
from tests.factories import approval
from tests.factories import obligations as make
from tests.factories.approval import act, appoint
from tests.obligations.test_settling import submitted

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


@pytest.fixture
def office():
    return make.office(agency_kind="department", title="Sở Y tế")


@pytest.fixture
def entry(office):
    with make.at("2026-05-20 09:00"):
        make.entry(office, "monthly", code="DL-THANG")
        return make.entry(office)


def test_live_delays_are_for_the_agency_and_the_operating_office_only(office, entry):
    operator = make.operator()
    office_id = model.Group.get(make.policy.text("operating_office"))
    assert office_id
    insiders = [
        office.officer, office.leader, operator,
        appoint(office_id.id, "leader"), appoint(office_id.id, "auditor"),
    ]  # fmt: skip
    strangers = [None, make.office().officer]
    with make.at("2026-10-16 15:00"):
        make.run()
        assert make.standing(None, period="2026-Q3") == [("2026-Q3", "due")]
        approval.approve(office, submitted(office, entry, "2026-Q3"))
        for reader in (*insiders, *strangers):
            assert make.standing(reader, period="2026-Q3") == [("2026-Q3", "on_time")]
    with make.at("2026-10-20 09:00"):
        day = {"due_from": "2026-10-16", "due_until": "2026-10-16"}
        for reader in insiders:
            assert dict(make.standing(reader, **day)) == {
                "2026-Q3": "on_time",
                "2026-09": "missing",
            }
            [met] = make.owed(reader, period="2026-Q3")
            assert met["met_by"]
            assert met["leader_days"] is not None
        for reader in strangers:
            # Neither of the two tells whether it came.
            found = make.owed(reader, **day)
            assert {one["status"] for one in found} == {"due"}
            assert {one["met_at"] for one in found} == {None}
            assert make.owed(reader, status="missing,late,on_time") == []


def test_a_draft_is_not_told_to_strangers(office, entry):
    with make.at("2026-10-06 09:00"):
        make.run()
        submitted(office, entry, "2026-Q3")
        make.run()
        [inside] = make.owed(office.leader, period="2026-Q3")
        [outside] = make.owed(None, period="2026-Q3")
    assert inside["submitted_at"]
    assert inside["dataset"]
    assert (outside["submitted_at"], outside["dataset"]) == (None, None)


def test_the_list_is_filtered_by_whatever_is_asked(office, entry):
    other = make.office(agency_kind="department")
    with make.at("2026-05-21 09:00"):
        make.entry(other, "yearly")
    with make.at("2027-02-01 09:00"):
        make.run()
    with make.at("2027-02-02 09:00"):
        counts = {
            name: act(None, "sonla_obligation_list", limit=1, **asked)["count"]
            for name, asked in {
                "all": {},
                "agency": {"agency": other.name},
                "domain": {"domain": entry["domain"]},
                "entry": {"entry": "DL-THANG"},
                "period": {"period": "2026-Q4"},
                "due_quarter": {"due_quarter": "2026-Q4"},
                "kind": {"kind": "change"},
                "status": {"status": ["not_yet_due", "closed"]},
                "nobody": {"agency": "khong-co"},
                "no dataset": {"dataset_id": "khong-co"},
            }.items()
        }
    assert counts == {
        "all": 13, "agency": 1, "domain": 3, "entry": 9, "period": 1,
        "due_quarter": 4, "kind": 0, "status": 3, "nobody": 0, "no dataset": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("period", "2026-Q5"),
        ("due_quarter", "2026-09"),
        ("status", "lost"),
        ("kind", "yearly"),
        ("due_from", "hôm qua"),
        ("limit", "-1"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field(field, value):
    assert set(
        approval.refusal(None, "sonla_obligation_list", **{field: value})
    ) == {field}  # fmt: skip
