# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""Article 5.2: who is appointed, by which decision, and how many an agency has."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests import factories
from ckan.tests.helpers import call_action
from ckanext.sonla.shared import roles
from tests.factories import agencies

from .test_roles import member, write_member

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


def test_nobody_is_appointed_without_a_decision_not_even_by_a_sysadmin():
    agency, account = factories.Organization(), factories.User()
    for action, data in (
        ("organization_member_create", {"username": account["name"], "role": "leader"}),
        (
            "member_create",
            {
                "object": account["name"],
                "object_type": "user",
                "capacity": "leader",
            },
        ),
    ):
        for ignore_auth in (False, True):
            context = {"user": agencies.technical(), "ignore_auth": ignore_auth}
            with pytest.raises(tk.ValidationError, match="by a decision"):
                call_action(action, context, id=agency["id"], **data)
            model.Session.rollback()
    with pytest.raises(tk.ValidationError, match="by a decision"):
        model.Session.execute(
            sa.text(
                "INSERT INTO member (id, table_id, table_name, capacity, group_id,"
                " state) VALUES ('x', :id, 'user', 'leader', :agency, 'active')"
            ),
            {"id": account["id"], "agency": agency["id"]},
        )
    model.Session.rollback()
    assert roles.appointment_of(account["name"]) is None


def test_an_account_holds_one_role_in_one_agency(staff):
    other = factories.Organization()
    with pytest.raises(tk.ValidationError, match="already holds"):
        member(other["name"], staff["officer"], "officer")
    assert roles.holds(staff["officer"], "officer", "so-y-te")


def test_an_agency_has_one_officer_and_one_leader(staff):
    for role in ("officer", "leader"):
        assert staff[role]
        with pytest.raises(tk.ValidationError, match="already has"):
            member("so-y-te", factories.User()["name"], role)


@pytest.mark.ckan_config("sonla.policy.officers_per_agency", 2)
def test_policy_sets_how_many_officers_an_agency_has(staff):
    assert staff["officer"]
    member("so-y-te", factories.User()["name"], "officer")
    with pytest.raises(tk.ValidationError):
        member("so-y-te", factories.User()["name"], "officer")
    with pytest.raises(tk.ValidationError):
        member("so-y-te", factories.User()["name"], "leader")


def test_operators_and_auditors_belong_to_the_operating_office(staff):
    assert staff["operator"]
    for role in ("operator", "auditor"):
        with pytest.raises(tk.ValidationError, match="office"):
            member("so-y-te", factories.User()["name"], role)
        member(agencies.OFFICE, factories.User()["name"], role)


def test_two_appointments_at_once_leave_one_officer():
    agency = factories.Organization()
    accounts = [factories.User()["id"] for _ in range(4)]
    start = threading.Barrier(len(accounts))
    refused = []

    def appoint(account_id: str) -> None:
        start.wait()
        try:
            write_member(agency["id"], account_id, "officer")
        except tk.ValidationError as error:
            refused.append(error)
            model.Session.rollback()
        finally:
            model.Session.remove()

    at_once = [threading.Thread(target=appoint, args=(id_,)) for id_ in accounts]
    for thread in at_once:
        thread.start()
    for thread in at_once:
        thread.join()
    assert len(refused) == 3
    assert len(roles.holders_of("officer", agency["id"])) == 1


def test_an_account_that_is_deleted_leaves_its_place_and_a_trace(staff):
    chief = agencies.technical()
    call_action("user_delete", {"user": chief}, id=staff["officer"])
    agency = model.Group.get("so-y-te")
    assert roles.holders_of("officer", agency.id) == []
    told = call_action(
        "sonla_event_list",
        {"user": chief, "ignore_auth": False},
        name="account.removed",
        object_id=agency.id,
    )
    assert told["results"][0]["persons"] == {"account": staff["officer"]}
    member("so-y-te", factories.User()["name"], "officer")
