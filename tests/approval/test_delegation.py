# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""A delegate decides for a leader who is away, and four eyes stay (article 8.3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.common import config
from ckan.tests import factories
from ckan.tests.helpers import call_action
from ckanext.sonla.approval.delegation.capacity import agencies_of
from ckanext.sonla.shared import clock, mail
from tests.factories import approval as make

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")
DECISION = {"number": "56/QĐ-UBND", "date": "2026-11-20"}


@pytest.fixture
def office():
    return make.office(title="Xã Chiềng Mai")


@pytest.fixture
def delegate() -> str:
    return factories.User()["name"]


def tomorrow() -> str:
    return (clock.today() + timedelta(days=1)).isoformat()


def name(by: str | None, delegate: Any, **values: Any) -> dict[str, Any]:
    asked = {"delegate": delegate, "until": tomorrow(), "decision": DECISION, **values}
    return make.act(by, "sonla_delegation_create", **asked)


def approve(user: str, revision) -> dict[str, Any]:
    return make.act(
        user, "sonla_revision_approve", id=revision["id"], digest=revision["digest"]
    )


def operator() -> str:
    office_ = factories.Organization(name=config["sonla.policy.operating_office"])
    return make.appoint(office_["id"], "operator")


def shift(superuser, delegation_id: str, by: timedelta) -> None:
    """Move a delegation in time, which only the database's superuser can."""
    model.Session.close()
    with superuser.begin() as connection:
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        connection.execute(
            sa.text(
                "UPDATE sonla_delegation SET starts = starts + :by, ends = ends + :by"
                " WHERE id = :id"
            ),
            {"by": by, "id": delegation_id},
        )


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


def test_before_its_first_day_and_after_its_last_it_gives_no_right(
    office, delegate, superuser
):
    made = name(office.leader, delegate)
    revision = make.submit(office, make.draft(office))
    week = timedelta(days=7)
    for by in (week, -2 * week):
        shift(superuser, made["id"], by)
        assert make.refusal(
            delegate,
            "sonla_revision_approve",
            id=revision["id"],
            digest=revision["digest"],
        ) == ("403")
    shift(superuser, made["id"], week)
    assert approve(delegate, revision)["state"] == "published"


def test_a_revoked_delegation_gives_no_right(office, delegate):
    made = name(office.leader, delegate)
    revision = make.submit(office, make.draft(office))
    ended = make.act(office.leader, "sonla_delegation_revoke", id=made["id"])
    assert ended["state"] == "revoked"
    asked = {"id": revision["id"], "digest": revision["digest"]}
    assert make.refusal(delegate, "sonla_revision_approve", **asked) == "403"
    again = make.refusal(office.leader, "sonla_delegation_revoke", id=made["id"])
    assert "id" in again


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


APPROVE = (
    "UPDATE sonla_revision SET state = 'publishing', decided = now(),"
    " decided_by = :who, decided_on_behalf_of = :behalf, delegation_id = :delegation"
    " WHERE id = :id"
)


def test_the_database_refuses_whoever_does_not_decide(office, delegate, superuser):
    """Past every action, as CKAN's own role: raw SQL, so sysadmin and ignore_auth."""
    made = name(office.leader, delegate)
    other = make.office()
    revision = make.submit(office, make.draft(office))
    ids = {
        who: model.User.get(who).id
        for who in (delegate, office.leader, office.officer, other.leader)
    }
    ids["sysadmin"] = factories.Sysadmin()["id"]

    def write(who: str, behalf: str | None, delegation: str | None) -> None:
        model.Session.execute(
            sa.text(APPROVE),
            {
                "who": ids[who],
                "behalf": behalf,
                "delegation": delegation,
                "id": revision["id"],
            },
        )

    leader = ids[office.leader]
    for attempt in (
        ("sysadmin", None, None),
        ("sysadmin", leader, made["id"]),
        (other.leader, None, None),
        (other.leader, leader, made["id"]),
        (office.officer, leader, made["id"]),
        (delegate, None, None),
        (delegate, leader, None),
        (delegate, ids[other.leader], made["id"]),
        (office.leader, leader, made["id"]),
        (office.leader, leader, None),
    ):
        with pytest.raises(tk.NotAuthorized, match="leader decides"):
            write(*attempt)
        model.Session.rollback()
    write(delegate, leader, made["id"])
    model.Session.rollback()
    for by in (timedelta(days=3), timedelta(days=-6)):
        shift(superuser, made["id"], by)
        with pytest.raises(tk.NotAuthorized, match="leader decides"):
            write(delegate, leader, made["id"])
        model.Session.rollback()


def test_a_delegation_stays_as_it_was_decided_also_in_the_database(office, delegate):
    name(office.leader, delegate)
    for statement in (
        "UPDATE sonla_delegation SET ends = ends + interval '1 year'",
        "UPDATE sonla_delegation SET delegate = on_behalf_of",
        "DELETE FROM sonla_delegation",
        "TRUNCATE sonla_delegation CASCADE",
        (
            "INSERT INTO sonla_delegation SELECT 'x', agency_id, delegate,"
            " on_behalf_of, decision, starts, ends, recorded_by, recorded"
            " FROM sonla_delegation"
        ),
    ):
        with pytest.raises(tk.NotAuthorized):
            model.Session.execute(sa.text(statement))
        model.Session.rollback()


def test_a_delegate_who_becomes_a_member_stands_in_no_longer(office, delegate):
    name(office.leader, delegate)
    revision = make.submit(office, make.draft(office))
    make.reappoint(operating_office(), delegate, "operator")
    asked = {"id": revision["id"], "digest": revision["digest"]}
    assert make.refusal(delegate, "sonla_revision_approve", **asked) == "403"


def operating_office() -> str:
    return factories.Organization(name=config["sonla.policy.operating_office"])["id"]


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
