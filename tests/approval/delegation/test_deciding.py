# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""A delegate decides on the leader's behalf."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests import factories
from ckan.tests.helpers import call_action
from ckanext.sonla.approval.delegation.capacity import agencies_of
from ckanext.sonla.shared import mail
from tests.factories import approval as make

from .naming import DECISION, approve, name

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


def test_a_delegate_named_by_the_leader_approves_on_her_behalf(office, delegate):
    made = name(office.leader, delegate)
    assert made["state"] == "running"
    assert made["on_behalf_of"] == office.leader
    revision = make.submit(office, make.draft(office))
    waiting = make.act(delegate, "sonla_revision_show", id=revision["id"])
    assert "approve" in waiting["transitions"]
    done = approve(delegate, revision)
    assert done["state"] == "published"
    assert done["decided_by"] == delegate
    assert done["decided_on_behalf_of"] == office.leader
    assert done["delegation_id"] == made["id"]


def test_the_log_says_on_whose_behalf_and_names_persons_to_insiders_only(
    office, delegate
):
    name(office.leader, delegate)
    approve(delegate, make.submit(office, make.draft(office)))
    seen = make.act(office.officer, "sonla_event_list", name="revision.approved")
    event = seen["results"][0]
    assert event["role"] == "delegate"
    assert event["data"]["on_behalf_of"] == office.name
    assert event["data"]["delegation_decision"] == DECISION
    assert event["persons"] == {"on_behalf_of": office.leader}
    public = str(make.act(None, "sonla_event_list", limit=1000))
    public += str(make.act(None, "sonla_revision_list"))
    for person in (delegate, office.leader, model.User.get(delegate).id):
        assert person not in public


def test_the_delegate_finds_and_reads_drafts_while_the_delegation_runs(
    office, delegate
):
    revision = make.draft(office)
    dataset = revision["package_id"]

    def found() -> int:
        return make.act(delegate, "package_search", include_private=True)["count"]

    def reads() -> bool:
        try:
            return bool(make.act(delegate, "package_show", id=dataset))
        except tk.NotAuthorized:
            return False

    assert (found(), reads()) == (0, False)
    made = name(office.leader, delegate)
    assert (found(), reads()) == (1, True)
    with pytest.raises(tk.NotAuthorized):
        make.act(delegate, "package_patch", id=dataset, title="x")
    make.act(office.leader, "sonla_delegation_revoke", id=made["id"])
    assert (found(), reads()) == (0, False)


def test_a_delegation_takes_up_no_place_and_makes_nobody_a_member(office, delegate):
    name(office.leader, delegate)
    members = sa.select(model.Member).where(
        model.Member.table_id == model.User.get(delegate).id
    )
    assert model.Session.scalars(members).all() == []
    assert agencies_of(delegate) == [office.id]


def test_who_edited_or_submitted_does_not_approve_as_a_delegate(office):
    """An officer whose role ended, then named a delegate, meets what he drafted."""
    revision = make.submit(office, make.draft(office))
    former = office.officer
    member = (
        model.Session.query(model.Member)
        .filter_by(table_id=model.User.get(former).id)
        .one()
    )
    member.state = "deleted"
    model.Session.commit()
    name(office.leader, former)
    with pytest.raises(tk.NotAuthorized, match="edited or submitted"):
        approve(former, revision)


def test_leader_and_delegate_both_get_the_notices(office, delegate):
    name(office.leader, delegate)
    make.submit(office, make.draft(office))
    to = model.Session.scalars(
        sa.select(mail.OutboxMail.user_id).where(
            mail.OutboxMail.key.startswith("revision.submit")
        )
    ).all()
    assert set(to) == {model.User.get(n).id for n in (office.leader, delegate)}
    told = model.Session.scalars(
        sa.select(mail.OutboxMail.user_id).where(
            mail.OutboxMail.key.startswith("delegation.created")
        )
    ).all()
    assert set(told) == set(to)


def test_strangers_learn_offices_and_no_persons(office, delegate):
    name(office.leader, delegate)
    told = make.act(None, "sonla_delegation_list", agency=office.name)
    assert told["count"] == 1
    assert told["results"][0]["agency"] == office.name
    for person in (delegate, office.leader):
        assert person not in str(told)
    inside = make.act(office.officer, "sonla_delegation_list", agency=office.name)
    assert inside["results"][0]["delegate"] == delegate


def test_a_job_with_ignore_auth_decides_nothing_for_a_delegate(office, delegate):
    name(office.leader, delegate)
    revision = make.submit(office, make.draft(office))
    for user in (factories.Sysadmin()["name"], factories.User()["name"]):
        with pytest.raises(tk.NotAuthorized):
            call_action(
                "sonla_revision_approve",
                {"ignore_auth": True, "user": user},
                id=revision["id"],
                digest=revision["digest"],
            )
        model.Session.rollback()


def test_a_delegate_returns_with_directions(office, delegate):
    name(office.leader, delegate)
    revision = make.submit(office, make.draft(office))
    back = make.act(
        delegate, "sonla_revision_return", id=revision["id"], comment="Bổ sung"
    )
    assert back["decided_on_behalf_of"] == office.leader
    again = make.submit(office, revision)
    assert again["decided_on_behalf_of"] is None
    assert make.approve(office, again)["delegation_id"] is None
