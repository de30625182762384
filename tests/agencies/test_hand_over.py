# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""A successor follows a predecessor, by a decision (articles 5.2 and 8.2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests import factories
from ckan.tests.helpers import call_action
from ckanext.sonla.agencies.model import HandOver
from ckanext.sonla.shared import clock, hand_over, mail, roles, tick
from tests.factories import agencies

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")
NEW = {"name": "cb-moi", "fullname": "Lò Thị Mới", "email": "moi@sonla.gov.vn"}


def over(user: str, account: str = "cb-yte", **data):
    try:
        return call_action(
            "sonla_account_hand_over",
            {"user": user, "ignore_auth": False},
            **{
                "account": account,
                "successor": NEW,
                "decision": {"number": "34/QĐ-SYT", "date": "2026-11-20"},
                **data,
            },
        )
    finally:
        model.Session.close()


def officers() -> list[str]:
    return [
        model.User.get(id_).name
        for id_ in roles.holders_of("officer", model.Group.get("so-y-te").id)
    ]


def let_the_days_pass(superuser, days: int = 16) -> None:
    """Make every hand-over older, which only the database's superuser can."""
    model.Session.close()
    with superuser.begin() as connection:
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        connection.execute(
            sa.text(
                "UPDATE sonla_hand_over SET starts = starts - make_interval(days => :d)"
                ", ends = ends - make_interval(days => :d)"
            ),
            {"d": days},
        )


def test_the_successor_overlaps_the_predecessor_outside_the_limit(staff):
    told = over(staff["operator"])
    assert told["role"] == "officer"
    assert told["successor"]["invited"]
    ends = clock.end_of(clock.today() + timedelta(days=15))
    assert told["ends"] == clock.iso_z(ends)
    account = model.User.get("cb-moi")
    assert account.state == model.State.PENDING
    account.state = model.State.ACTIVE
    model.Session.commit()
    assert officers() == ["cb-moi", "cb-yte"]
    with pytest.raises(tk.ValidationError, match="already has"):
        agencies.provision(agency="so-y-te", officer=agencies.account("cb-ba"))


def test_the_predecessors_role_ends_by_itself(staff, superuser):
    over(staff["operator"], successor=agencies.account("cb-moi"))
    let_the_days_pass(superuser)
    # By the clock already, before anything has run.
    assert roles.appointment_of("cb-yte") is None
    assert officers() == ["cb-moi"]
    assert tick.run("agencies.hand_over") == "done"
    place = model.Session.query(model.Member).filter_by(
        table_id=model.User.get("cb-yte").id
    )
    assert [member.state for member in place] == ["deleted"]
    log = call_action("sonla_event_list", {"user": agencies.technical()})["results"]
    assert log[0]["name"] == "account.hand_over_ended"
    assert tick.run("agencies.hand_over") == "done"
    again = call_action("sonla_event_list", {"user": agencies.technical()})
    assert again["count"] == len(log)


def test_an_officers_tokens_end_with_the_overlap_and_a_leaders_at_once(
    staff, superuser
):
    for name in ("cb-yte", "ld-yte"):
        factories.APIToken(user=name)
    over(staff["operator"])
    leader = {**NEW, "name": "ld-moi", "email": "ld-moi@sonla.gov.vn"}
    told = over(staff["operator"], "ld-yte", successor=leader)
    assert told["moved"]["api_tokens_ended"] == 1
    owners = sa.select(model.ApiToken.user_id)
    assert model.Session.scalars(owners).all() == [model.User.get("cb-yte").id]
    let_the_days_pass(superuser)
    tick.run("agencies.hand_over")
    assert model.Session.scalars(owners).all() == []


def test_what_names_the_person_moves_to_the_successor(staff):
    from ckanext.harvest.model import HarvestSource

    old = model.User.get("cb-yte").id
    agency = model.Group.get("so-y-te")
    source: Any = HarvestSource(
        url="https://nguon.sonla.example/", title="Nguồn", type="ckan"
    )
    source.user_id, source.publisher_id = old, agency.id
    model.Session.add(source)
    model.Session.add(model.UserFollowingGroup(follower_id=old, object_id=agency.id))
    model.Session.commit()
    source_id = source.id
    assert over(staff["operator"])["moved"] == {"followed": 1, "harvest_sources": 1}
    new = model.User.get("cb-moi").id
    moved: Any = model.Session.get(HarvestSource, source_id)
    assert moved.user_id == new
    followers = sa.select(model.UserFollowingGroup.follower_id)
    assert model.Session.scalars(followers).all() == [new]


def test_a_feature_says_what_else_moves_and_ends(staff, superuser, monkeypatch):
    seen = []
    for registry in ("_moves", "_ends"):
        monkeypatch.setattr(hand_over, registry, dict(getattr(hand_over, registry)))

    @hand_over.moves("standing_approvals")
    def wait_for_the_new_leader(succession: hand_over.Succession) -> int:
        seen.append(("moves", succession.role))
        return 2

    @hand_over.ends("mandates")
    def end_mandates(succession: hand_over.Succession) -> int:
        seen.append(("ends", succession.role))
        return 0

    told = over(staff["operator"], "ld-yte", successor=agencies.account("ld-moi"))
    assert told["moved"] == {"standing_approvals": 2}
    let_the_days_pass(superuser)
    tick.run("agencies.hand_over")
    assert seen == [("moves", "leader"), ("ends", "leader")]
    assert wait_for_the_new_leader
    assert end_mandates


def test_both_persons_get_a_notice_and_the_new_one_a_link(staff):
    over(staff["operator"])
    keys = list(model.Session.scalars(sa.select(mail.OutboxMail.key)))
    ids = [model.User.get(name).id for name in ("cb-yte", "cb-moi")]
    for id_ in ids:
        assert any(k.startswith("account.handed_over:") and id_ in k for k in keys)
    assert any(k.startswith(f"account.invited:{ids[1]}") for k in keys)


def test_the_log_has_the_decision_and_persons_for_insiders_only(staff):
    over(staff["operator"])
    stranger = {"user": "", "ignore_auth": False}
    public = call_action("sonla_event_list", stranger, name="account.handed_over")
    assert public["results"][0]["data"]["decision"]["number"] == "34/QĐ-SYT"
    assert "cb-moi" not in str(public)
    inside = call_action(
        "sonla_event_list",
        {"user": staff["auditor"], "ignore_auth": False},
        name="account.handed_over",
    )
    persons = inside["results"][0]["persons"]
    assert persons == {"predecessor": "cb-yte", "successor": "cb-moi"}


def test_who_may_hand_over(staff):
    for name in ("", staff["officer"], staff["leader"], staff["auditor"]):
        with pytest.raises(tk.NotAuthorized):
            over(name)
    for account in ("van-hanh", "ld-khcn"):
        with pytest.raises(tk.NotAuthorized):
            over(staff["operator"], account)
    assert over(agencies.technical(), "ld-khcn")["role"] == "leader"


def test_an_account_that_exists_must_hold_no_role(staff):
    for name in (staff["leader"], staff["auditor"], "cb-yte", "cb-khcn"):
        with pytest.raises(tk.ValidationError, match="already holds"):
            over(staff["operator"], successor=name)
    free = factories.User()["name"]
    assert over(staff["operator"], successor=free)["successor"]["created"] is False
    assert free in officers()


def test_what_makes_no_sense_is_refused(staff):
    with pytest.raises(tk.ObjectNotFound):
        over(staff["operator"], "khong-co")
    with pytest.raises(tk.ValidationError, match="no role"):
        over(staff["operator"], factories.User()["name"])
    with pytest.raises(tk.ValidationError, match="decision"):
        over(staff["operator"], decision="")
    with pytest.raises(tk.ValidationError, match="email"):
        over(staff["operator"], successor="chua-co")
    over(staff["operator"])
    with pytest.raises(tk.ValidationError, match="already"):
        over(staff["operator"], successor=agencies.account("cb-khac"))


@pytest.mark.ckan_config("sonla.policy.hand_over_days", 0)
def test_without_days_of_overlap_the_role_changes_at_once(staff):
    over(staff["operator"], successor=agencies.account("cb-moi"))
    assert officers() == ["cb-moi"]


def test_the_database_keeps_an_overlap_short_and_as_it_was_decided(staff):
    agency = model.Group.get("so-y-te").id
    old = model.User.get("cb-yte").id
    row = {
        "agency_id": agency,
        "role": "officer",
        "predecessor": old,
        "successor": factories.User()["id"],
        "decision": "1",
        "starts": clock.now(),
    }
    long = clock.now() + timedelta(days=30)
    for values, message in (
        ({"ends": long}, "days of the policy"),
        ({"ends": clock.now(), "role": "leader"}, "doesn't hold"),
    ):
        model.Session.add(HandOver(id="x", **{**row, **values}))
        with pytest.raises(tk.ValidationError, match=message):
            model.Session.flush()
        model.Session.rollback()
    over(staff["operator"])
    for statement in (
        "UPDATE sonla_hand_over SET ends = ends + interval '1 day'",
        "UPDATE sonla_hand_over SET predecessor = 'x'",
        "DELETE FROM sonla_hand_over",
    ):
        with pytest.raises(tk.ValidationError, match="not changed"):
            model.Session.execute(sa.text(statement))
        model.Session.rollback()
