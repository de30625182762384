# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
# pyright: reportOptionalSubscript=false
# pyright: reportArgumentType=false
"""Retirement: the same two hands, and a tombstone with its history."""

from __future__ import annotations

import pytest

import ckan.plugins.toolkit as tk
from tests.factories import approval as make

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")

ROWS = [{"ma": "A", "so": 1}, {"ma": "B", "so": 2}]
REASON = "Sở không còn thu thập số liệu này"


@pytest.fixture
def office():
    return make.office()


@pytest.fixture
def first(office):
    """A published dataset whose one resource has a file and a table."""
    revision = make.draft(office)
    make.table(office, make.show(revision["package_id"])["resources"][0]["id"], ROWS)
    return make.approve(office, make.submit(office, revision))


def retire(office, dataset_id):
    return make.act(
        office.officer, "sonla_dataset_retire", dataset_id=dataset_id, reason=REASON
    )


def search(**values):
    found = make.act(None, "package_search", rows=100, **values)
    return [package["id"] for package in found["results"]]


def test_until_the_leader_approves_the_public_reads_on(office, first):
    resource = make.show(first["dataset_id"])["resources"][0]["id"]
    before = make.act(None, "package_show", id=first["dataset_id"])
    declared = retire(office, first["dataset_id"])
    assert (declared["kind"], declared["state"]) == ("retirement", "submitted")
    assert make.act(None, "package_show", id=first["dataset_id"]) == before
    assert make.rows(None, resource) == ROWS


def test_approved_the_citation_stays_and_the_data_goes(office, first, app):
    before = make.act(None, "package_show", id=first["dataset_id"])
    resource = before["resources"][0]
    retired = make.approve(office, retire(office, first["dataset_id"]))
    assert retired["state"] == "published"
    after = make.act(None, "package_show", id=first["dataset_id"])
    assert (after["title"], after["name"]) == (before["title"], before["name"])
    assert after["resources"] == []
    assert after["sonla_state"] == "retired"
    assert after["sonla_retired"]["reason"] == REASON
    assert after["sonla_retired"]["agency"] == office.name
    for action, asked in (
        ("resource_show", {"id": resource["id"]}),
        ("datastore_search", {"resource_id": resource["id"]}),
    ):
        with pytest.raises(tk.ObjectNotFound):
            make.act(None, action, **asked)
    page = f"/dataset/{before['name']}/resource/{resource['id']}"
    for address in (page, f"{page}/download/ghi-chu.pdf"):
        gone = app.get(address)
        assert gone.status_code == 410
        assert REASON in gone.get_data(as_text=True)
    assert app.get(f"/datastore/dump/{resource['id']}").status_code == 410


def test_the_address_says_since_when_why_and_by_whom(office, first, app):
    make.approve(office, retire(office, first["dataset_id"]))
    name = make.show(first["dataset_id"])["name"]
    page = app.get(f"/vi/dataset/{name}", status=200).get_data(as_text=True)
    for words in ("Ngừng cung cấp", REASON, f"/dataset/{name}/history"):
        assert words in page
    history = app.get(f"/dataset/{name}/history", status=200)
    assert first["digest"] in history.get_data(as_text=True)


def test_searches_leave_it_out_unless_asked(office, first):
    assert first["dataset_id"] in search()
    make.approve(office, retire(office, first["dataset_id"]))
    assert first["dataset_id"] not in search()
    assert search(fq="sonla_state:retired") == [first["dataset_id"]]


def test_the_digest_covers_the_reason(office, first):
    from ckan import model
    from ckanext.sonla.approval import digest
    from ckanext.sonla.approval.model import Revision

    declared = retire(office, first["dataset_id"])
    content = model.Session.get(Revision, declared["id"]).content
    assert (content["reason"], content["resources"]) == (REASON, [])
    assert declared["digest"] == digest.digest_of(content)


def test_the_leader_returns_it_and_the_officer_gives_another_reason(office, first):
    declared = retire(office, first["dataset_id"])
    make.act(
        office.leader, "sonla_revision_return", id=declared["id"], comment="Rõ hơn"
    )
    again = make.submit(office, declared, note="Theo Quyết định số 12/QĐ-UBND")
    assert again["digest"] != declared["digest"]
    make.approve(office, again)
    shown = make.act(None, "package_show", id=first["dataset_id"])
    assert shown["sonla_retired"]["reason"] == "Theo Quyết định số 12/QĐ-UBND"


def test_a_retired_dataset_is_neither_confirmed_nor_retired_again(office, first):
    make.approve(office, retire(office, first["dataset_id"]))
    for action, more in (
        ("sonla_dataset_retire", {"reason": REASON}),
        ("sonla_no_change_confirm", {"data_period": "2026-Q4"}),
    ):
        refused = make.refusal(
            office.officer, action, dataset_id=first["dataset_id"], **more
        )
        assert list(refused) == ["dataset_id"]


def test_it_comes_back_by_an_update_through_two_hands(office, first):
    make.approve(office, retire(office, first["dataset_id"]))
    update = make.act(
        office.officer, "sonla_revision_open", dataset_id=first["dataset_id"]
    )
    assert (update["kind"], update["state"]) == ("update", "draft")
    make.upload(office, update["package_id"], b"%PDF-1.4 Tro lai")
    make.approve(office, make.submit(office, update))
    back = make.act(None, "package_show", id=first["dataset_id"])
    assert "sonla_state" not in back
    assert len(back["resources"]) == 1
    assert first["dataset_id"] in search()


def test_only_the_agencys_own_officer_retires(office, first):
    other = make.office()
    for user in (office.leader, other.officer, None):
        asked = {"dataset_id": first["dataset_id"], "reason": REASON}
        assert make.refusal(user, "sonla_dataset_retire", **asked) == "403"


def test_the_officer_retires_by_a_page(office, first, app):
    from ckan.tests import factories

    name = make.show(first["dataset_id"])["name"]
    token = factories.APIToken(user=office.officer)["token"]
    headers = {"Authorization": token}
    page = app.get(f"/dataset/{name}/retire", headers=headers, status=200)
    assert 'name="reason"' in page.get_data(as_text=True)
    done = app.post(
        f"/dataset/{name}/retire",
        headers=headers,
        data={"reason": REASON},
        follow_redirects=False,
    )
    assert done.status_code == 302
    assert "/revision/" in done.headers["Location"]
    again = app.post(f"/dataset/{name}/retire", headers=headers, data={"reason": "x"})
    assert again.status_code == 409
    assert app.get(f"/dataset/{name}/retire").status_code in (401, 403)


def test_a_withdrawn_draft_that_a_retirement_came_after_is_not_edited(office, first):
    """What is written there would be lost: the officer learns where to write it."""
    update = make.act(
        office.officer, "sonla_revision_open", dataset_id=first["dataset_id"]
    )
    make.submit(office, update)
    make.act(office.officer, "sonla_revision_withdraw", id=update["id"])

    def rename(title):
        make.act(office.officer, "package_patch", id=update["package_id"], title=title)

    rename("Tên mới")
    retire(office, first["dataset_id"])
    with pytest.raises(tk.NotAuthorized, match="sonla_revision_open"):
        rename("Tên khác")
