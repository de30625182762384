# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""Who may make which step: the table of `states`, tried by everybody, everywhere."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests import factories
from ckanext.sonla.approval import states
from tests.factories import approval as make

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")

STEPS = ("submit", "withdraw", "return", "approve", "discard")
MORE = {"return": {"comment": "Bổ sung"}, "approve": {"digest": "0" * 64}}
# How to bring a revision into a state.
WAYS = {
    "draft": (),
    "submitted": ("submit",),
    "returned": ("submit", "return"),
    "withdrawn": ("submit", "withdraw"),
    "published": ("submit", "approve"),
}


def take(office, revision, step: str):
    """Make a step as whoever's it is."""
    transition = states.BY_NAME[step]
    user = office.officer if transition.role == "officer" else office.leader
    more = dict(MORE.get(step, {}))
    if step == "approve":
        more["digest"] = revision["digest"]
    return make.act(user, f"sonla_revision_{step}", id=revision["id"], **more)


def bring(office, state: str):
    revision = make.draft(office)
    for step in WAYS[state]:
        revision = take(office, revision, step)
    assert revision["state"] == state
    return revision


def outcome(user, step: str, revision) -> str:
    try:
        make.act(
            user, f"sonla_revision_{step}", id=revision["id"], **MORE.get(step, {})
        )
    except tk.NotAuthorized:
        model.Session.rollback()
        return "403"
    except tk.ValidationError:
        model.Session.rollback()
        return "409"
    return "200"


@pytest.mark.parametrize("state", WAYS)
def test_only_its_own_role_makes_a_step_and_only_from_where_it_starts(state):
    office, other = make.office(), make.office()
    sysadmin = factories.Sysadmin()["name"]
    revision = bring(office, state)
    strangers = (None, other.officer, other.leader, sysadmin)
    for step in STEPS:
        for user in strangers:
            assert outcome(user, step, revision) == "403", (step, user)
        transition = states.BY_NAME[step]
        wrong = office.leader if transition.role == "officer" else office.officer
        assert outcome(wrong, step, revision) == "403", step
        right = office.officer if transition.role == "officer" else office.leader
        if not transition.starts_at(state):
            assert outcome(right, step, revision) == "409", step
    kept = make.act(office.officer, "sonla_revision_show", id=revision["id"])
    assert kept["state"] == state


def test_the_table_and_the_role_tell_the_same_steps():
    assert states.possible("leader", "submitted") == ["return", "schedule", "approve"]
    assert states.possible("officer", "submitted") == ["withdraw"]
    assert states.possible("officer", "returned") == ["submit", "discard"]
    for state in ("published", "superseded", "discarded", "publishing"):
        assert states.possible("officer", state) == []
        assert states.possible("leader", state) == []


def test_every_state_can_be_reached():
    targets = {transition.target for transition in states.TRANSITIONS}
    assert targets | {states.DRAFT} == set(states.STATES)


def test_who_edited_cannot_approve_also_in_the_database():
    office = make.office()
    revision = make.submit(office, make.draft(office))
    row = model.User.get(office.officer)
    with pytest.raises((exc.DBAPIError, tk.NotAuthorized)):
        model.Session.execute(
            sa.text(
                "UPDATE sonla_revision SET state = 'publishing', decided_by = :user,"
                " decided = now() WHERE id = :id"
            ),
            {"user": row.id, "id": revision["id"]},
        )
    model.Session.rollback()


def test_an_officer_who_became_leader_cannot_approve_what_he_edited():
    office = make.office()
    revision = make.submit(office, make.draft(office))
    members = model.Session.query(model.Member).filter_by(group_id=office.id)
    ids = {name: model.User.get(name).id for name in (office.officer, office.leader)}
    for member in members:
        if member.table_id == ids[office.leader]:
            model.Session.delete(member)
    model.Session.commit()
    for member in members:
        if member.table_id == ids[office.officer]:
            model.Session.delete(member)
    model.Session.commit()
    make.reappoint(office.id, office.officer, "leader")
    with pytest.raises(tk.NotAuthorized, match="edited or submitted"):
        make.act(
            office.officer,
            "sonla_revision_approve",
            id=revision["id"],
            digest=revision["digest"],
        )


def test_a_job_with_ignore_auth_makes_no_decision_in_a_leaders_name():
    office = make.office()
    revision = make.submit(office, make.draft(office))
    site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    for user in (site_user, factories.Sysadmin()["name"], office.officer):
        with pytest.raises(tk.NotAuthorized):
            tk.get_action("sonla_revision_approve")(
                {"ignore_auth": True, "user": user},
                {"id": revision["id"], "digest": revision["digest"]},
            )
        model.Session.rollback()


def test_the_leader_reads_the_draft_and_edits_nothing():
    office = make.office()
    revision = make.draft(office)
    assert make.act(office.leader, "package_show", id=revision["package_id"])
    with pytest.raises(tk.NotAuthorized):
        make.act(office.leader, "package_patch", id=revision["package_id"], title="x")


def test_a_revision_is_403_for_strangers_and_404_where_there_is_none():
    office, other = make.office(), make.office()
    revision = make.draft(office)
    for user in (None, other.leader):
        with pytest.raises(tk.NotAuthorized):
            make.act(user, "sonla_revision_show", id=revision["id"])
    with pytest.raises(tk.ObjectNotFound):
        make.act(None, "sonla_revision_show", id="khong-co")
