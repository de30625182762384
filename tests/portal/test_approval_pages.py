"""Officer and leader work on pages that need no script (articles 8.3, 11.2)."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag

from ckan.tests import factories
from tests.factories import approval, portal
from tests.factories.portal import Town, log_in


def _post(
    site: Any, name: str, revision: dict[str, Any], step: str, **form: str
) -> Any:
    return site.post(
        f"/vi/revision/{revision['id']}/{step}",
        headers=log_in(name),
        data=form,
        expect_errors=True,
        follow_redirects=False,
    )


def _first(page: str, selector: str) -> Tag:
    found = BeautifulSoup(page, "html.parser").select_one(selector)
    assert found is not None, selector
    return found


def _state(revision: dict[str, Any], name: str) -> str:
    return approval.act(name, "sonla_revision_show", id=revision["id"])["state"]


@pytest.fixture
def drafted(town: Town) -> dict[str, Any]:
    return portal.draft(town.office)


def test_officer_and_leader_publish_a_dataset_by_forms_alone(
    site: Any, town: Town, drafted: dict[str, Any]
):
    officer, leader = town.office.officer, town.office.leader
    assert _post(site, officer, drafted, "submit", note="Xin duyệt").status_code == 302
    page = site.get(f"/vi/revision/{drafted['id']}", headers=log_in(leader)).text
    digest = str(_first(page, "input[name=digest]")["value"])
    assert _post(site, leader, drafted, "return").status_code == 409
    assert _post(site, leader, drafted, "return", comment="Sửa lại").status_code == 302
    assert _state(drafted, officer) == "returned"
    assert "Sửa lại" in site.get("/vi/inbox", headers=log_in(officer)).text
    assert _post(site, officer, drafted, "submit").status_code == 302
    assert _post(site, leader, drafted, "approve", digest=digest).status_code == 302
    assert _state(drafted, officer) == "published"


def test_a_dataset_whose_form_was_left_half_way_is_published_whole(
    site: Any, town: Town
):
    """CKAN's form keeps a dataset in state draft, which no search would find."""
    revision = portal.draft(town.office, state="draft")
    revision = approval.submit(town.office, revision)
    approval.approve(town.office, revision)
    assert approval.show(revision["dataset_id"])["state"] == "active"


def test_a_wrong_digest_is_refused_in_words(
    site: Any, town: Town, drafted: dict[str, Any]
):
    _post(site, town.office.officer, drafted, "submit")
    answer = _post(site, town.office.leader, drafted, "approve", digest="0" * 64)
    assert answer.status_code == 409
    assert "Mã băm không khớp" in answer.text


@pytest.mark.parametrize("step", ["submit", "withdraw", "approve", "return", "discard"])
def test_only_the_agency_s_own_people_take_steps(
    site: Any, town: Town, drafted: dict[str, Any], step: str
):
    elsewhere = approval.office()
    form = {"comment": "x", "digest": "x"}
    for name in (
        elsewhere.officer,
        elsewhere.leader,
        factories.Sysadmin()["name"],
        factories.User()["name"],
    ):
        assert _post(site, name, drafted, step, **form).status_code == 403
    assert _state(drafted, town.office.officer) == "draft"


@pytest.mark.parametrize("step", ["submit", "approve", "return", "comment"])
def test_an_unknown_revision_is_not_found(site: Any, town: Town, step: str):
    nothing = {"id": "khong-co"}
    form = {"comment": "x", "digest": "x", "text": "x"}
    answer = _post(site, town.office.officer, nothing, step, **form)
    assert answer.status_code == 404
    assert site.get("/revision/khong-co", expect_errors=True).status_code == 404


def test_an_unknown_step_is_not_found(site: Any, town: Town):
    answer = _post(site, town.office.officer, town.draft, "burn")
    assert answer.status_code in (404, 405)


def test_the_inbox_is_for_those_who_have_work(site: Any, town: Town):
    assert site.get("/inbox", expect_errors=True).status_code == 403
    reader = log_in(factories.User()["name"])
    assert site.get("/inbox", headers=reader, expect_errors=True).status_code == 403
    for name in (town.office.officer, town.office.leader, factories.Sysadmin()["name"]):
        assert site.get("/inbox", headers=log_in(name)).status_code == 200


def test_the_leader_s_inbox_counts_what_waits(
    site: Any, town: Town, drafted: dict[str, Any]
):
    _post(site, town.office.officer, drafted, "submit")
    page = site.get("/vi/inbox", headers=log_in(town.office.leader)).text
    badge = _first(page, ".portal-account .badge")
    assert int(str(badge.contents[0])) >= 1
    assert "Danh mục trường tiểu học" in page
    # The way to a delegate stands where a leader works.
    assert 'href="/vi/delegations"' in page


def test_the_officer_opens_an_update_from_the_dataset_s_page(site: Any, town: Town):
    officer = log_in(town.office.officer)
    dataset = town.published["dataset_id"]
    assert "Mở bản cập nhật" in site.get(f"/vi/dataset/{dataset}", headers=officer).text
    opened = site.post(
        f"/dataset/{dataset}/revision", headers=officer, follow_redirects=False
    )
    assert opened.status_code == 302
    working = site.get(opened.headers["Location"], headers=officer).text
    assert "/revision/" in working
    again = site.post(
        f"/dataset/{dataset}/revision", headers=officer, follow_redirects=False
    )
    assert "/revision/" in again.headers["Location"]
    leader = log_in(town.office.leader)
    refused = site.post(
        f"/dataset/{dataset}/revision", headers=leader, expect_errors=True
    )
    assert refused.status_code == 403
    assert "working" not in site.get(f"/dataset/{dataset}").text


def test_the_history_shows_offices_and_no_persons(site: Any, town: Town):
    page = site.get(f"/vi/dataset/{town.published['dataset_id']}/history").text
    assert town.published["digest"] in page
    assert town.office.leader not in page
    assert town.office.officer not in page
    assert site.get("/dataset/khong-co/history", expect_errors=True).status_code == 404
