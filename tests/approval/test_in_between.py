# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""What others do between a submit and the decision: one outcome, and nothing lost."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from freezegun import freeze_time

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.common import config
from ckan.tests import factories
from ckanext.sonla.approval.publishing import recovery
from ckanext.sonla.shared import clock
from tests.approval.test_at_once import at_once
from tests.factories import approval as make

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


@pytest.fixture
def office():
    return make.office()


@pytest.fixture
def submitted(office):
    return make.submit(office, make.draft(office))


@pytest.fixture
def operator():
    agency = factories.Organization(name=config["sonla.policy.operating_office"])
    return make.appoint(agency["id"], "operator")


def state(office, revision) -> str:
    return make.act(office.officer, "sonla_revision_show", id=revision["id"])["state"]


def refused(office, who: str, step: str, revision, **more):
    return make.refusal(
        getattr(office, who), f"sonla_revision_{step}", id=revision["id"], **more
    )


def test_returning_and_approving_at_once_has_one_winner(office, submitted):
    outcomes = at_once(
        lambda: make.approve(office, submitted),
        lambda: make.act(
            office.leader,
            "sonla_revision_return",
            id=submitted["id"],
            comment="Bổ sung",
        ),
    )
    assert outcomes == ["200", "409"]
    public = not make.show(submitted["dataset_id"])["private"]
    assert (state(office, submitted), public) in (
        ("published", True),
        ("returned", False),
    )


def lose_role(office) -> None:
    member = model.Session.scalars(
        sa.select(model.Member).where(
            model.Member.group_id == office.id,
            model.Member.table_id == model.User.get(office.leader).id,
        )
    ).one()
    member.state = "deleted"
    model.Session.commit()


def test_a_leader_who_loses_the_role_in_between_approves_nothing(office, submitted):
    digest = submitted["digest"]
    lose_role(office)
    assert refused(office, "leader", "approve", submitted, digest=digest) == "403"
    successor = make.appoint(office.id, "leader")
    answer = make.act(
        successor, "sonla_revision_approve", id=submitted["id"], digest=digest
    )
    assert answer["state"] == "published"


def test_suspending_a_leader_while_she_approves_has_a_clear_outcome(
    office, submitted, operator
):
    outcomes = at_once(
        lambda: make.act(
            operator, "sonla_account_suspend", account=office.leader, reason="Nghỉ"
        ),
        lambda: make.approve(office, submitted),
    )
    public = not make.show(submitted["dataset_id"])["private"]
    assert (outcomes, public) in ((["200", "200"], True), (["200", "403"], False))
    assert model.User.get(office.leader).state == "suspended"


def test_what_a_leader_approved_for_later_stands_when_she_loses_the_role(office):
    """The decision was hers to take; its time comes by itself."""
    later = clock.now() + dt.timedelta(hours=1)
    revision = make.draft(office)
    revision = make.submit(office, revision, publish_at=clock.iso_z(later))
    assert make.approve(office, revision)["state"] == "scheduled"
    lose_role(office)
    with freeze_time(later):
        recovery.publish_scheduled()
    assert state(office, revision) == "published"


def test_the_role_is_asked_again_under_the_revisions_lock(office, submitted):
    """A plugin that skips authorization, after the role was lost, decides nothing."""
    lose_role(office)
    with pytest.raises(tk.NotAuthorized):
        tk.get_action("sonla_revision_approve")(
            {"ignore_auth": True, "user": office.leader},
            {"id": submitted["id"], "digest": submitted["digest"]},
        )
    model.Session.rollback()
    assert make.show(submitted["dataset_id"])["private"]


def test_in_an_agency_that_closed_in_between_nobody_decides(
    office, submitted, superuser
):
    model.Session.close()
    with superuser.begin() as connection:
        # The seal keeps an agency that has something before its leader; past it.
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        connection.execute(
            sa.text("UPDATE \"group\" SET state = 'deleted' WHERE id = :id"),
            {"id": office.id},
        )
    digest = submitted["digest"]
    assert refused(office, "leader", "approve", submitted, digest=digest) == "403"
    assert make.show(submitted["dataset_id"])["private"]
