# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""An agency and its accounts are made in one step, by a decision (article 8.2)."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests import factories
from ckan.tests.helpers import call_action
from ckanext.sonla.shared import auditing, mail, roles
from tests.factories import agencies

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


def test_an_agency_comes_with_its_officer_and_its_leader():
    made = agencies.provision(
        agency=agencies.agency(),
        officer=agencies.account("cb-yte"),
        leader=agencies.account("ld-yte"),
    )
    assert made["created"]
    assert [account["role"] for account in made["accounts"]] == ["officer", "leader"]
    assert roles.holds("cb-yte", "officer", "so-y-te")
    assert roles.holds("ld-yte", "leader", "so-y-te")
    shown = call_action("organization_show", id="so-y-te")
    assert (shown["title"], shown["agency_kind"]) == ("Sở Y tế", "department")
    assert shown["agency_code"] == "H52.19"
    assert model.User.get("cb-yte").validate_password("mat-khau-thu-nghiem-1")


def test_the_log_has_the_decision_and_names_persons_to_insiders_only(staff):
    def told(name: str) -> list[dict]:
        context = {"user": name, "ignore_auth": False}
        agency = model.Group.get("so-y-te")
        return call_action(
            "sonla_event_list", context, name="agency.provisioned", object_id=agency.id
        )["results"]

    (public,) = told("")
    assert public["data"]["decision"] == agencies.DECISION
    assert public["data"]["roles"] == ["officer", "leader"]
    assert staff["officer"] not in str(public)
    (inside,) = told(staff["auditor"])
    assert inside["persons"] == {"officer": "cb-yte", "leader": "ld-yte"}
    assert auditing.verify().broken is None


def test_an_account_without_a_password_is_invited_and_cannot_log_in_before(app):
    invited = {key: agencies.account("cb-yte")[key] for key in ("name", "email")}
    made = agencies.provision(agency=agencies.agency(), officer=invited)
    assert made["accounts"][0]["invited"]
    account = model.User.get("cb-yte")
    assert not account.is_active
    (waiting,) = model.Session.scalars(sa.select(mail.OutboxMail)).all()
    assert waiting.address == "cb-yte@sonla.gov.vn"
    assert account.reset_key in waiting.text
    link = f"/user/reset/{account.id}?key={account.reset_key}"
    assert "cb-yte" in app.get(link).body


def test_who_may_provision(staff):
    new = agencies.agency("so-cong-thuong", title="Sở Công Thương")
    for name in ("", factories.User()["name"], *map(staff.get, ("officer", "leader"))):
        with pytest.raises(tk.NotAuthorized):
            agencies.provision(name, agency=new)
    for role in ("auditor", "office_leader"):
        with pytest.raises(tk.NotAuthorized):
            agencies.provision(staff[role], agency=new)
    made = agencies.provision(
        staff["operator"],
        agency=new,
        officer=agencies.account("cb-ct"),
        leader=agencies.account("ld-ct"),
    )
    assert made["created"]
    assert roles.holds("ld-ct", "leader", "so-cong-thuong")


def test_an_operator_appoints_nobody_in_the_operating_office(staff):
    for data in (
        {"agency": agencies.OFFICE, "leader": agencies.account("ld-moi")},
        {"agency": agencies.OFFICE, "operator": agencies.account("vh-moi")},
        {"agency": agencies.agency(), "auditor": agencies.account("kt-moi")},
        {
            "agency": model.Group.get(agencies.OFFICE).id,
            "officer": agencies.account("cb-moi"),
        },
    ):
        with pytest.raises(tk.NotAuthorized):
            agencies.provision(staff["operator"], **data)


def test_a_second_officer_is_refused_and_nothing_of_the_attempt_stays(staff):
    assert staff
    with pytest.raises(tk.ValidationError) as refused:
        agencies.provision(agency="so-y-te", officer=agencies.account("cb-hai"))
    assert "officer_name" in refused.value.error_dict
    assert model.User.get("cb-hai") is None


def test_what_is_missing_is_added_to_an_agency_that_exists():
    agencies.provision(agency=agencies.agency())
    made = agencies.provision(agency="so-y-te", leader=agencies.account("ld-yte"))
    assert not made["created"]
    assert roles.holds("ld-yte", "leader", "so-y-te")
    again = agencies.provision(
        agency="so-y-te", leader=agencies.account("ld-yte", password="mat-khau-khac-2")
    )
    assert model.User.get("ld-yte").validate_password("mat-khau-thu-nghiem-1")
    assert not again["accounts"][0]["created"]


def test_an_existing_account_is_not_taken_over():
    victim = factories.User(name="quan-tri", email="quan-tri@sonla.gov.vn")
    chief = factories.Sysadmin()
    for officer in (
        agencies.account(victim["name"]),
        {"name": victim["name"], "email": "ke-gian@example.com"},
        {"name": chief["name"]},
    ):
        with pytest.raises(tk.ValidationError):
            agencies.provision(agency=agencies.agency(), officer=officer)
    assert model.Group.get("so-y-te") is None


def test_one_account_cannot_be_officer_and_leader():
    with pytest.raises(tk.ValidationError):
        agencies.provision(
            agency=agencies.agency(),
            officer=agencies.account("mot-nguoi"),
            leader={"name": "mot-nguoi"},
        )
    assert model.Group.get("so-y-te") is None
    assert model.User.get("mot-nguoi") is None


NONSENSE = [
    ({"agency": {"name": "so y te", "title": "x"}}, "agency_name"),
    ({"agency": {"name": "x'); DROP TABLE member;--"}}, "agency_name"),
    ({"agency": {"name": "so-moi", "agency_kind": "club"}}, "agency_kind"),
    ({"agency": {"name": "so-moi", "users": [{"name": "x"}]}}, "agency"),
    ({"agency": {"name": "so-moi", "state": "deleted"}}, "agency"),
    ({"agency": {"title": "Không tên"}}, "agency"),
    ({"agency": 5}, "agency"),
    ({"officer": "cb-yte"}, "officer"),
    ({"officer": {"name": "cb-yte", "sysadmin": "true"}}, "officer"),
    ({"officer": {"name": "cb-yte", "password": 5}}, "officer"),
    ({"officer": {"name": "cb-yte"}}, "officer_email"),
    ({"officer": {"name": "cb-yte", "email": "x"}}, "officer_email"),
    (
        {"officer": {"name": "' OR 1=1 --", "email": "a@b.vn"}},
        "officer_name",
    ),
    ({"decision": ""}, "decision"),
    ({"decision": []}, "decision"),
]


def test_what_makes_no_sense_is_refused_with_its_field():
    for change, field in NONSENSE:
        with pytest.raises(tk.ValidationError) as refused:
            agencies.provision(**{"agency": agencies.agency(), **change})
        assert field in refused.value.error_dict, change
    assert model.Session.scalar(sa.select(sa.func.count(model.Group.id))) == 0


def test_two_who_provision_the_same_agency_at_once_make_it_once():
    actor = agencies.technical()
    start = threading.Barrier(2)
    outcomes = []

    def make(number: int) -> None:
        start.wait()
        try:
            agencies.provision(
                actor,
                agency=agencies.agency(),
                officer=agencies.account(f"cb-{number}"),
            )
            outcomes.append("made")
        except tk.ValidationError:
            outcomes.append("refused")
        finally:
            model.Session.remove()

    both = [threading.Thread(target=make, args=(number,)) for number in (1, 2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sorted(outcomes) == ["made", "refused"]
    agency = model.Group.get("so-y-te")
    assert len(roles.holders_of("officer", agency.id)) == 1


def test_a_suspended_account_is_kept_out_until_it_is_restored(staff, app):
    token = factories.APIToken(user=staff["officer"])["token"]
    headers = {"Authorization": token}
    # Somebody who may see the accounts of the agency, as long as she is one of them.
    inside = "/api/3/action/organization_show?id=so-y-te&include_users=true"
    app.get(inside, headers=headers, status=200)
    operator = {"user": staff["operator"], "ignore_auth": False}
    data = {"account": staff["officer"], "reason": "Nghỉ việc"}
    call_action("sonla_account_suspend", dict(operator), **data)
    app.get(inside, headers=headers, status=403)
    assert roles.appointment_of(staff["officer"]) is None
    with pytest.raises(tk.ValidationError):
        call_action("sonla_account_suspend", dict(operator), **data)
    call_action("sonla_account_restore", dict(operator), **data)
    app.get(inside, headers=headers, status=200)


def test_who_may_suspend(staff):
    data = {"account": staff["officer"], "reason": "x"}
    for name in ("", *map(staff.get, ("officer", "leader", "auditor"))):
        for action in ("sonla_account_suspend", "sonla_account_restore"):
            with pytest.raises(tk.NotAuthorized):
                call_action(action, {"user": name, "ignore_auth": False}, **data)
    operator = {"user": staff["operator"], "ignore_auth": False}
    for account in (agencies.technical(), staff["office_leader"]):
        with pytest.raises(tk.NotAuthorized):
            call_action(
                "sonla_account_suspend", dict(operator), account=account, reason="x"
            )
    with pytest.raises(tk.ObjectNotFound):
        call_action(
            "sonla_account_suspend", dict(operator), account="khong-co", reason="x"
        )
