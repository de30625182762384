# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""Who names whom as a delegate, and for which days."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.common import config
from ckan.tests import factories
from ckanext.sonla.approval.delegation.capacity import agencies_of
from ckanext.sonla.shared import clock, mail
from tests.factories import approval as make

from .naming import DECISION, approve, name, tomorrow

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


def operator() -> str:
    office_ = factories.Organization(name=config["sonla.policy.operating_office"])
    return make.appoint(office_["id"], "operator")


def test_whom_a_leader_may_name(office, delegate):
    other = make.office()
    operators = operator()
    for account in (office.officer, office.leader, other.officer, operators):
        assert "delegate" in make.refusal(
            office.leader,
            "sonla_delegation_create",
            delegate=account,
            until=tomorrow(),
            decision=DECISION,
        )
    sysadmin = factories.Sysadmin()["name"]
    for account in (sysadmin, "khong-co", other.leader):
        with pytest.raises(tk.ValidationError):
            name(office.leader, account)
        model.Session.rollback()
    assert name(office.leader, delegate)["delegate"] == delegate


def test_a_commune_with_one_person_gets_the_leader_of_another_agency(office):
    other = make.office()
    made = name(operator(), other.leader, agency=office.name)
    assert made["delegate_agency"] == other.name
    revision = make.submit(office, make.draft(office))
    assert approve(other.leader, revision)["state"] == "published"
    own = make.submit(other, make.draft(other))
    assert approve(other.leader, own)["decided_on_behalf_of"] is None


def test_an_agency_without_a_leader_is_represented_by_its_delegate(office):
    member = (
        model.Session.query(model.Member)
        .filter_by(table_id=model.User.get(office.leader).id)
        .one()
    )
    member.state = "deleted"
    model.Session.commit()
    name(operator(), make.office().leader, agency=office.name)
    revision = make.submit(office, make.draft(office))
    seen = make.act(office.officer, "sonla_revision_show", id=revision["id"])
    assert seen["state"] == "submitted"


def test_who_may_name_a_delegate(office, delegate):
    other = make.office()
    for user in (None, office.officer, other.leader, factories.Sysadmin()["name"]):
        with pytest.raises(tk.NotAuthorized):
            name(user, delegate, agency=office.name)
        model.Session.rollback()
    operators = operator()
    with pytest.raises(tk.NotAuthorized):
        name(operators, delegate, agency=config["sonla.policy.operating_office"])


def test_two_delegations_do_not_overlap(office, delegate):
    made = name(office.leader, delegate)
    second = factories.User()["name"]
    with pytest.raises(tk.ValidationError, match="Somebody else"):
        name(office.leader, second)
    model.Session.rollback()
    later = (clock.today() + timedelta(days=9)).isoformat()
    start = (clock.today() + timedelta(days=2)).isoformat()
    after = name(office.leader, second, **{"from": start, "until": later})
    assert after["state"] == "planned"
    make.act(office.leader, "sonla_delegation_revoke", id=made["id"])
    assert name(office.leader, delegate)["state"] == "running"


def test_a_day_counts_to_its_end_and_nonsense_is_refused(office, delegate):
    for values in (
        {"until": "2020-01-01"},
        {"until": "morgen"},
        {"from": "2027-01-02", "until": "2027-01-01"},
        {"decision": ""},
    ):
        with pytest.raises(tk.ValidationError):
            name(office.leader, delegate, **values)
        model.Session.rollback()
    made = name(office.leader, delegate)
    end = clock.end_of(clock.today() + timedelta(days=1))
    assert made["until"] == clock.iso_z(end)


def test_a_new_delegate_is_invited(office):
    made = name(
        office.leader,
        {"name": "pho-chu-tich", "fullname": "Lò Văn An", "email": "an@example.vn"},
    )
    account = model.User.get(made["delegate"])
    assert account.state == model.State.PENDING
    keys = model.Session.scalars(sa.select(mail.OutboxMail.key)).all()
    assert any(key.startswith("account.invited:") for key in keys)
    assert agencies_of("pho-chu-tich") == []


def test_the_leaders_page_names_and_ends(office, delegate, app):
    leader = {"Authorization": factories.APIToken(user=office.leader)["token"]}
    assert "delegate" in app.get("/delegations", headers=leader).body
    wrong = app.post(
        "/delegations", headers=leader, params={"delegate": delegate}, status=409
    )
    assert delegate in wrong.body
    app.post(
        "/delegations",
        headers=leader,
        params={"delegate": delegate, "until": tomorrow(), "decision": "56/QĐ"},
        follow_redirects=False,
        status=302,
    )
    made = make.act(office.leader, "sonla_delegation_list")["results"][0]
    assert made["state"] == "running"
    assert delegate in app.get("/delegations", headers=leader).body
    app.post(
        f"/delegations/{made['id']}/revoke",
        headers=leader,
        follow_redirects=False,
        status=302,
    )
    token = factories.APIToken(user=office.officer)["token"]
    app.get("/delegations", headers={"Authorization": token}, status=403)
