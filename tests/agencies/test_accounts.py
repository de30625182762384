# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""The operator keeps the accounts: lists them, hands over, suspends, makes new ones."""

from __future__ import annotations

import pytest

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests import factories
from ckan.tests.helpers import call_action
from ckanext.sonla.shared import roles

from .test_hand_over import NEW

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


def test_the_operators_page_lists_accounts_and_hands_over(staff, app):
    operator = {"Authorization": factories.APIToken(user=staff["operator"])["token"]}
    page = app.get("/agencies/accounts", headers=operator)
    assert "cb-yte" in page.body
    app.get(
        "/agencies/accounts",
        headers={"Authorization": factories.APIToken(user="cb-yte")["token"]},
        status=403,
    )
    form = app.get("/agencies/accounts/cb-yte/hand-over", headers=operator)
    assert "successor_name" in form.body
    fields = {f"successor_{name}": value for name, value in NEW.items()}
    wrong = app.post(
        "/agencies/accounts/cb-yte/hand-over",
        headers=operator,
        params=fields,
        status=409,
    )
    assert NEW["email"] in wrong.body
    app.post(
        "/agencies/accounts/cb-yte/hand-over",
        headers=operator,
        params={**fields, "decision": "34/QĐ-SYT"},
        follow_redirects=False,
        status=302,
    )
    assert roles.appointment_of("cb-yte")
    assert "cb-moi" in app.get("/agencies/accounts", headers=operator).body


def test_the_operators_page_suspends_and_restores(staff, app):
    operator = {"Authorization": factories.APIToken(user=staff["operator"])["token"]}
    for step, state in (("suspend", "suspended"), ("restore", "active")):
        app.post(
            f"/agencies/accounts/cb-yte/{step}",
            headers=operator,
            params={"reason": "Nghỉ dài ngày"},
            follow_redirects=False,
            status=302,
        )
        assert model.User.get("cb-yte").state == state


def test_an_operator_makes_an_account_that_holds_no_role(staff):
    def invite(user):
        return call_action(
            "sonla_account_invite",
            {"user": user, "ignore_auth": False},
            account=NEW,
            decision="35/QĐ-SYT",
        )

    for name in ("", staff["officer"], staff["leader"]):
        with pytest.raises(tk.NotAuthorized):
            invite(name)
    assert invite(staff["operator"])["invited"]
    assert roles.appointment_of("cb-moi") is None
    with pytest.raises(tk.ValidationError, match="already bears"):
        invite(staff["operator"])


def test_persons_are_listed_for_operators_and_auditors_only(staff):
    for name in ("", staff["officer"], staff["leader"], factories.User()["name"]):
        with pytest.raises(tk.NotAuthorized):
            call_action("sonla_account_list", {"user": name, "ignore_auth": False})
    for name in (staff["operator"], staff["auditor"]):
        told = call_action(
            "sonla_account_list",
            {"user": name, "ignore_auth": False},
            agency="so-y-te",
        )
        assert [a["name"] for a in told["results"]] == ["ld-yte", "cb-yte"]
        assert told["count"] == 2
