# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
# pyright: reportOptionalSubscript=false
# pyright: reportArgumentType=false
"""Take-down by the operator: immediate, reasoned, public; and the way back."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.common import config
from ckan.tests import factories
from ckanext.sonla.approval import digest, freezing
from ckanext.sonla.approval.lifecycle import serving
from ckanext.sonla.approval.model import Revision
from tests.factories import approval as make

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")

ROWS = [{"ma": "A", "so": 1}, {"ma": "B", "so": 2}]
REASON = "Lộ số điện thoại của người dân"


@pytest.fixture
def office():
    return make.office()


@pytest.fixture
def operator():
    agency = factories.Organization(name=config["sonla.policy.operating_office"])
    return make.appoint(agency["id"], "operator")


@pytest.fixture
def first(office):
    """A published dataset whose one resource has a file and a table."""
    revision = make.draft(office, title="Chợ phiên dấu hiếm")
    make.table(office, make.show(revision["package_id"])["resources"][0]["id"], ROWS)
    return make.approve(office, make.submit(office, revision))


def take_down(operator, dataset_id):
    return make.act(
        operator, "sonla_dataset_take_down", dataset_id=dataset_id, reason=REASON
    )


def restore(operator, dataset_id):
    return make.act(
        operator, "sonla_dataset_restore", dataset_id=dataset_id, reason="Đã gỡ bỏ"
    )


def digest_now(revision) -> str:
    """The digest of what is public, calculated again from the rows."""
    row = model.Session.get(Revision, revision["id"])
    package = make.show(row.dataset_id)
    tables = {
        resource["id"]: frozen["table"]
        for resource, frozen in zip(
            package["resources"], row.content["resources"], strict=True
        )
        if frozen["table"]
    }
    views = {r["id"]: freezing.views_of(r["id"]) for r in package["resources"]}
    content = digest.canonical(
        package,
        name=package["name"],
        kind=row.kind,
        data_period=row.data_period,
        publish_at=row.publish_at,
        tables=tables,
        views=views,
    )
    return digest.digest_of(content)


def test_strangers_get_nothing_of_its_content(office, operator, first, app):
    package = make.show(first["dataset_id"])
    resource = package["resources"][0]["id"]
    taken = take_down(operator, first["dataset_id"])
    assert (taken["state"], taken["reason"]) == ("taken_down", REASON)
    for action, asked in (
        ("package_show", {"id": package["id"]}),
        ("resource_show", {"id": resource}),
        ("datastore_search", {"resource_id": resource}),
        ("datastore_search_sql", {"sql": f'SELECT * FROM "{resource}"'}),  # noqa: S608
        ("datastore_info", {"id": resource}),
        ("sonla_revision_show", {"id": first["id"]}),
        ("sonla_revision_diff", {"id": first["id"]}),
        ("package_activity_list", {"id": package["id"]}),
    ):
        with pytest.raises((tk.NotAuthorized, tk.ObjectNotFound)):
            make.act(None, action, **asked)
        model.Session.rollback()
    assert make.act(None, "package_search")["count"] == 0
    listed = make.act(None, "sonla_revision_list", dataset_id=package["id"])
    assert listed["count"] == 0
    base = f"/dataset/{package['name']}"
    for address in (
        f"{base}/resource/{resource}",
        f"{base}/resource/{resource}/download/ghi-chu.pdf",
        f"/datastore/dump/{resource}",
        f"{base}/revisions",
        f"{base}.ttl",
        f"{base}.jsonld",
        "/feeds/dataset.atom",
        "/catalog.ttl",
        "/dataset/",
        f"/organization/{office.name}",
        f"/dataset/activity/{package['name']}",
    ):
        answer = app.get(address)
        assert answer.status_code in (200, 404, 410), address
        assert "dấu hiếm" not in answer.get_data(as_text=True), address
        if address.startswith((base, "/datastore")):
            assert answer.status_code == 410, address


def test_a_notice_stands_at_its_address(operator, first, app):
    name = make.show(first["dataset_id"])["name"]
    take_down(operator, first["dataset_id"])
    page = app.get(f"/vi/dataset/{name}", status=200)
    text = page.get_data(as_text=True)
    assert "Tạm gỡ" in text
    assert REASON in text
    assert "dấu hiếm" not in text
    assert page.headers["X-Robots-Tag"] == "noindex"
    listing = app.get("/vi/taken-down", status=200).get_data(as_text=True)
    assert REASON in listing
    assert "dấu hiếm" not in listing


def test_it_is_public_in_the_log_and_in_the_list(operator, first):
    take_down(operator, first["dataset_id"])
    events = make.act(
        None,
        "sonla_event_list",
        object_type="dataset",
        object_id=first["dataset_id"],
    )["results"]
    told = [event for event in events if event["name"] == "dataset.taken_down"]
    assert told[0]["data"]["reason"] == REASON
    assert told[0]["agency"] == config["sonla.policy.operating_office"]
    assert operator not in str(told)
    found = make.act(None, "sonla_take_down_list", standing=True)
    assert (found["count"], found["results"][0]["reason"]) == (1, REASON)
    assert operator not in str(found)


def test_restored_it_is_what_was_approved(operator, first):
    before = make.act(None, "package_show", id=first["dataset_id"])
    assert digest_now(first) == first["digest"]
    take_down(operator, first["dataset_id"])
    assert not serving.is_served(first["dataset_id"])
    assert restore(operator, first["dataset_id"])["state"] == "restored"
    assert serving.is_served(first["dataset_id"])
    assert make.act(None, "package_show", id=first["dataset_id"]) == before
    assert digest_now(first) == first["digest"]
    assert make.rows(None, before["resources"][0]["id"]) == ROWS
    assert make.act(None, "package_search")["count"] == 1


def test_only_an_operator_takes_down_and_restores(office, operator, first):
    asked = {"dataset_id": first["dataset_id"], "reason": "x"}
    everybody = (office.officer, office.leader, factories.Sysadmin()["name"], None)
    for user in everybody:
        assert make.refusal(user, "sonla_dataset_take_down", **asked) == "403"
    take_down(operator, first["dataset_id"])
    for user in everybody:
        assert make.refusal(user, "sonla_dataset_restore", **asked) == "403"
    site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    context = {"ignore_auth": True, "user": site_user}
    with pytest.raises(tk.NotAuthorized):
        tk.get_action("sonla_dataset_restore")(context, dict(asked))


def test_twice_or_without_need_is_refused(operator, first):
    asked = {"dataset_id": first["dataset_id"], "reason": "x"}
    assert "dataset_id" in make.refusal(operator, "sonla_dataset_restore", **asked)
    take_down(operator, first["dataset_id"])
    assert "dataset_id" in make.refusal(operator, "sonla_dataset_take_down", **asked)
    restore(operator, first["dataset_id"])
    assert take_down(operator, first["dataset_id"])["state"] == "taken_down"


def test_a_draft_cannot_be_taken_down(office, operator):
    draft = make.draft(office)
    asked = {"dataset_id": draft["dataset_id"], "reason": "x"}
    assert "dataset_id" in make.refusal(operator, "sonla_dataset_take_down", **asked)


def test_the_agency_is_told_answers_and_the_operator_is_told(office, operator, first):
    from ckanext.sonla.shared.mail import OutboxMail

    def told(user):
        return model.Session.query(OutboxMail).filter_by(
            user_id=model.User.get(user).id
        )

    take_down(operator, first["dataset_id"])
    assert told(office.leader).filter(OutboxMail.text.contains(REASON)).count() == 1
    assert told(office.officer).filter(OutboxMail.text.contains(REASON)).count() == 1
    asked = {
        "dataset_id": first["dataset_id"],
        "answer": "correct",
        "text": "Sẽ bỏ cột điện thoại",
    }
    assert make.refusal(office.officer, "sonla_take_down_answer", **asked) == "403"
    answered = make.act(office.leader, "sonla_take_down_answer", **asked)
    assert (answered["answer"], answered["state"]) == ("correct", "taken_down")
    assert told(operator).count() == 1


def test_what_the_agency_publishes_meanwhile_waits_for_the_operator(
    office, operator, first
):
    take_down(operator, first["dataset_id"])
    update = make.act(
        office.officer, "sonla_revision_open", dataset_id=first["dataset_id"]
    )
    make.act(office.officer, "package_patch", id=update["package_id"], title="Đã sửa")
    done = make.approve(office, make.submit(office, update))
    assert done["state"] == "published"
    with pytest.raises(tk.NotAuthorized):
        make.act(None, "package_show", id=first["dataset_id"])
    restore(operator, first["dataset_id"])
    shown = make.act(None, "package_show", id=first["dataset_id"])
    assert shown["title"] == "Đã sửa"


def test_it_can_be_retired_meanwhile(office, operator, first):
    take_down(operator, first["dataset_id"])
    declared = make.act(
        office.officer,
        "sonla_dataset_retire",
        dataset_id=first["dataset_id"],
        reason="Không cung cấp nữa",
    )
    assert make.approve(office, declared)["state"] == "published"
    with pytest.raises(tk.NotAuthorized):
        make.act(None, "package_show", id=first["dataset_id"])
    restore(operator, first["dataset_id"])
    shown = make.act(None, "package_show", id=first["dataset_id"])
    assert shown["sonla_state"] == "retired"


def test_its_own_agency_goes_on_reading_it(office, operator, first):
    take_down(operator, first["dataset_id"])
    for user in (office.officer, office.leader, operator):
        shown = make.act(user, "package_show", id=first["dataset_id"])
        assert shown["sonla_taken_down"]["reason"] == REASON
    with pytest.raises(tk.NotAuthorized):
        make.act(make.office().officer, "package_show", id=first["dataset_id"])


def test_operator_and_leader_work_by_pages(office, operator, first, app):
    name = make.show(first["dataset_id"])["name"]

    def post(user, step, **form):
        token = factories.APIToken(user=user)["token"]
        headers = {"Authorization": token}
        app.get(f"/vi/dataset/{name}/{step}", headers=headers, status=200)
        return app.post(
            f"/dataset/{name}/{step}",
            headers=headers,
            data=form,
            follow_redirects=False,
        ).status_code

    assert post(operator, "take-down", reason=REASON) == 302
    assert post(office.leader, "answer", answer="restore", text="Xin khôi phục") == 302
    assert "Xin khôi phục" in app.get("/taken-down").get_data(as_text=True)
    assert post(operator, "restore", reason="Đã kiểm tra") == 302
    assert "dấu hiếm" in app.get(f"/dataset/{name}").get_data(as_text=True)


def test_the_database_keeps_publicity_and_take_downs_together(office, operator, first):
    def refused(*statements: str) -> bool:
        for statement in statements:
            with pytest.raises(tk.NotAuthorized):
                model.Session.execute(sa.text(statement))
            model.Session.rollback()
        return True

    leader = model.User.get(office.leader).id
    of = first["dataset_id"]
    # The leader in the operator's place.
    taking = (
        "INSERT INTO sonla_take_down (id, dataset_id, agency_id, reason, taken_by,"  # noqa: S608 - our own ids
        f" taken) VALUES ('x', '{of}', 'x', 'x', '{leader}', now())"
    )
    hide = f"UPDATE package SET private = true WHERE id = '{of}'"  # noqa: S608 - our own id
    assert refused(hide, taking)
    take_down(operator, of)
    assert refused(
        hide.replace("true", "false"),
        "UPDATE sonla_take_down SET reason = 'x'",
        f"UPDATE sonla_take_down SET restored = now(), restored_by = '{leader}'",  # noqa: S608 - our own id
        "DELETE FROM sonla_take_down",
        "TRUNCATE sonla_take_down",
    )
    restore(operator, of)
    assert refused("UPDATE sonla_take_down SET restored = NULL")
