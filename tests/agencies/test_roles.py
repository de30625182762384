# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""One account holds one role in one agency, and the database sees to it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import authz, model
from ckan.tests import factories
from ckan.tests.helpers import call_action
from ckanext.sonla.shared import roles
from tests.factories import agencies

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")
STOCK = ("admin", "editor", "member")


def member(agency: str, account: str, role: str, user: str | None = None) -> dict:
    context = {"user": user or agencies.technical(), "ignore_auth": user is None}
    agencies.by_decision()
    try:
        return call_action(
            "organization_member_create",
            context,
            id=agency,
            username=account,
            role=role,
        )
    finally:
        model.Session.close()


def write_member(agency_id: str, account_id: str, role: str) -> None:
    """Write a member past every action, as a plugin might."""
    agencies.by_decision()
    model.Session.add(
        model.Member(
            table_name="user",
            table_id=account_id,
            group=model.Group.get(agency_id),
            capacity=role,
            state="active",
        )
    )
    model.Session.commit()


def test_an_agency_has_no_stock_members_even_by_sysadmin_and_ignore_auth():
    agency = factories.Organization()
    account = factories.User()
    for role in (*STOCK, "public", "owner"):
        for user in (None, agencies.technical()):
            with pytest.raises(tk.ValidationError):
                member(agency["name"], account["name"], role, user)
        with pytest.raises(tk.ValidationError):
            write_member(agency["id"], account["id"], role)
        model.Session.rollback()
    assert roles.appointment_of(account["name"]) is None


def test_who_creates_an_agency_or_a_domain_is_no_member_of_it():
    agency = factories.Organization(user=factories.Sysadmin())
    domain = factories.Group(user=factories.Sysadmin())
    members = sa.select(model.Member.table_id).where(
        model.Member.group_id.in_([agency["id"], domain["id"]]),
        model.Member.table_name == "user",
    )
    assert model.Session.scalars(members).all() == []


def test_an_agency_made_with_members_of_stock_roles_is_refused():
    account = factories.User()
    for role in STOCK:
        with pytest.raises(tk.ValidationError):
            call_action(
                "organization_create",
                {"user": agencies.technical()},
                name="so-cong-thuong",
                title="Sở Công Thương",
                agency_kind="department",
                users=[{"name": account["name"], "capacity": role}],
            )
        model.Session.rollback()
    assert model.Group.get("so-cong-thuong") is None


def test_the_roles_of_agencies_do_not_exist_in_domains():
    domain = factories.Group()
    account = factories.User()
    for role in roles.ROLES:
        with pytest.raises(tk.ValidationError):
            call_action(
                "group_member_create",
                {"user": agencies.technical()},
                id=domain["id"],
                username=account["name"],
                role=role,
            )
        model.Session.rollback()
    listed = call_action("member_roles_list", group_type="group")
    assert {role["value"] for role in listed} == {"admin", "member"}


def test_an_agencys_roles_are_listed_with_their_names():
    listed = call_action("member_roles_list", group_type="organization")
    assert {role["value"]: role["text"] for role in listed} == {
        "officer": "Officer",
        "leader": "Leader",
        "operator": "Operator",
        "auditor": "Auditor",
    }


def test_updating_an_agency_does_not_change_its_accounts(staff):
    stranger = factories.User()
    for users in (
        [],
        [{"name": staff["officer"], "capacity": "leader"}],
        [{"name": stranger["name"], "capacity": "officer"}],
        "x",
    ):
        with pytest.raises(tk.ValidationError):
            call_action(
                "organization_patch",
                {"user": agencies.technical()},
                id="so-y-te",
                users=users,
            )
        model.Session.rollback()
    assert roles.holds(staff["officer"], "officer", "so-y-te")


def test_operators_keep_names_and_texts_but_close_nothing(staff):
    domain = factories.Group()
    operator = {"user": staff["operator"], "ignore_auth": False}
    call_action("organization_patch", dict(operator), id="so-y-te", description="Mới")
    call_action("group_patch", dict(operator), id=domain["id"], title="Y tế")
    assert model.Group.get("so-y-te").description == "Mới"
    assert roles.holds(staff["officer"], "officer", "so-y-te")
    call_action("organization_patch", dict(operator), id="so-y-te", state="deleted")
    assert model.Group.get("so-y-te").state == "active"
    for action, id_ in (
        ("organization_delete", "so-y-te"),
        ("group_delete", domain["id"]),
    ):
        with pytest.raises(tk.NotAuthorized):
            call_action(action, dict(operator), id=id_)


def test_nobody_else_keeps_agencies(staff):
    for name in (
        "",
        factories.User()["name"],
        *map(staff.get, ("officer", "leader", "auditor")),
    ):
        context = {"user": name, "ignore_auth": False}
        for action, data in (
            ("organization_patch", {"id": "so-y-te", "title": "Khác"}),
            ("organization_create", {"name": "so-moi", "title": "Sở mới"}),
            ("group_create", {"name": "linh-vuc", "title": "Lĩnh vực"}),
            (
                "member_create",
                {
                    "id": "so-y-te",
                    "object": name,
                    "object_type": "user",
                    "capacity": "leader",
                },
            ),
        ):
            with pytest.raises(tk.NotAuthorized):
                call_action(action, dict(context), **data)


def test_what_each_role_may_do_with_its_agencys_datasets(staff):
    def may(role: str, permission: str) -> bool:
        return authz.has_user_permission_for_group_or_org(
            model.Group.get("so-y-te").id, staff[role], permission
        )

    assert may("officer", "create_dataset")
    assert may("officer", "update_dataset")
    assert may("leader", "read")
    for role in ("officer", "leader", "operator", "auditor"):
        for permission in ("delete_dataset", "membership", "update", "delete"):
            assert not may(role, permission)
    for permission in ("create_dataset", "update_dataset"):
        assert not may("leader", permission)
    assert not may("operator", "read")


def test_strangers_do_not_learn_who_holds_an_agencys_accounts(staff, app):
    stranger = {"user": "", "ignore_auth": False}
    with pytest.raises(tk.NotAuthorized):
        call_action(
            "organization_show", dict(stranger), id="so-y-te", include_users=True
        )
    assert call_action("member_list", dict(stranger), id="so-y-te") == []
    page = app.get("/organization/members/so-y-te")
    assert staff["officer"] not in page.body
    for name in ("officer", "operator", "auditor"):
        context = {"user": staff[name], "ignore_auth": False}
        shown = call_action(
            "organization_show", context, id="so-y-te", include_users=True
        )
        assert {user["capacity"] for user in shown["users"]} == {"officer", "leader"}


def test_unloading_the_plugin_leaves_ckans_roles_as_they_were():
    assert "officer" in authz.ROLE_PERMISSIONS
    assert authz.trans_role("leader") == "Leader"
    p.unload("sonla_agencies")
    try:
        assert set(authz.ROLE_PERMISSIONS) == set(STOCK)
        assert set(authz._trans_functions) == set(STOCK)
    finally:
        p.load("sonla_agencies")
    assert "officer" in authz.ROLE_PERMISSIONS


def test_accounts_cannot_make_agencies_or_domains_by_themselves(ckan_config):
    assert ckan_config["ckan.auth.user_create_organizations"] is False
    assert ckan_config["ckan.auth.user_create_groups"] is False
