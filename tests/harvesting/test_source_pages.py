"""A source is set up, tried and approved on pages, without a script."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bs4 import BeautifulSoup

from ckan import model
from ckan.tests import factories
from ckanext.sonla.harvesting.editor import fields as of
from tests.factories import approval

from .conftest import OWNED, Site
from .standing import FIELDS, Approvable, approvable

ROWS = [
    {"id": f"AB{n:03}", "name": f"Trạm {n}", "count": n, "day": "2026-01-01"}
    for n in range(1, 30)
]


class Reader:
    """Somebody who opens pages."""

    def __init__(self, app: Any, user: str | None) -> None:
        self.app = app
        token = factories.APIToken(user=user)["token"] if user else None
        self.headers = {"Authorization": str(token)} if token else {}

    def get(self, address: str, status: int = 200) -> str:
        found = self.app.get(address, headers=self.headers, status=status)
        return found.body

    def post(self, address: str, status: int = 200, **data: Any) -> str:
        found = self.app.post(address, data=data, headers=self.headers, status=status)
        return found.body

    def form(self, address: str) -> dict[str, Any]:
        """Return what a browser would send back of a page's form, unchanged."""
        page = BeautifulSoup(self.get(address), "html.parser")
        (form,) = [one for one in page.select("form") if one.select("[name=title]")]
        sent: dict[str, Any] = {}
        for one in form.select("[name]"):
            name = str(one["name"])
            if one.name == "textarea":
                text = one.get_text()
                sent[name] = text[1:] if text[:1] == "\n" else text
            elif one.name == "select":
                chosen = one.select_one("[selected]") or one.select_one("option")
                sent[name] = str(chosen["value"]) if chosen else ""
            elif one.get("type") != "radio" or one.has_attr("checked"):
                sent[name] = str(one.get("value", ""))
        return sent


@pytest.fixture
def ready(site: Site, clean_db: None, key_file: Any) -> Approvable:
    body = json.dumps({"data": ROWS}).encode()
    site.answers["/rows"] = lambda handler: handler.reply(200, body)
    made = approvable(
        records="data",
        key=["id"],
        parameters={"trang": 1, "loai": "1", "tất cả": True},
        auth={"type": "bearer", "token": "khong-ai-biet-42"},
        paging={"type": "next_link", "path": "next"},
        limits={"rows": 1000, "pause": 0.5},
    )
    made.edit(
        url=f"{site.address}/rows",
        config=json.dumps(
            {**config_of(made), "auth": {"type": "bearer", "token": "khong-ai-biet-42"}}
        ),
    )
    return made


def config_of(ready: Approvable) -> dict[str, Any]:
    found = approval.act(
        ready.office.officer, "harvest_source_show", id=ready.source["id"]
    )
    return json.loads(found["config"])


def page(ready: Approvable, name: str) -> str:
    return f"/harvesting/{ready.source['name']}/{name}"


def test_a_form_sent_back_unchanged_changes_nothing(app: Any, ready: Approvable):
    officer = Reader(app, ready.office.officer)
    before = config_of(ready)
    digest = ready.approve()["digest"]
    sent = officer.form(page(ready, "settings"))
    assert "khong-ai-biet-42" not in json.dumps(sent)
    officer.post(page(ready, "settings"), **sent)
    assert config_of(ready) == before
    # Also the secret is still there, and so is the approval.
    assert ready.show()["digest"] == digest
    assert ready.show()["state"] == "approved"
    tried = approval.act(
        ready.office.officer, "sonla_harvest_test", source_id=ready.source["id"]
    )
    assert tried["ok"], tried


def test_a_wrong_form_keeps_what_was_typed_but_no_secret(app: Any, ready: Approvable):
    officer = Reader(app, ready.office.officer)
    before = config_of(ready)
    sent = officer.form(page(ready, "settings"))
    wrong = {
        "owner": "",
        "limits.rows": "nhiều",
        "contact": "Đầu mối mới",
        "auth.bearer.token": "bi-mat-moi-77",
    }
    body = officer.post(page(ready, "settings"), 400, **{**sent, **wrong})
    assert "bi-mat-moi-77" not in body
    assert "Đầu mối mới" in body
    body = officer.post(
        page(ready, "settings"), 400, **{**sent, **wrong, "limits.rows": "0"}
    )
    assert "bi-mat-moi-77" not in body
    assert "owner is missing." in body
    assert "limits.rows must be at least 1." in body
    assert config_of(ready) == before


def test_an_officer_makes_a_source_by_the_form_alone(app: Any, ready: Approvable):
    officer = Reader(app, ready.office.officer)
    sent = officer.form("/harvesting/new/sonla_rest")
    assert set(sent) >= {"owner", "contact", "auth.type", "paging.type"}
    made = {
        **sent,
        "title": "Đăng kiểm xe cơ giới",
        "url": "http://127.0.0.1:8001/dang-kiem",
        **OWNED,
        "fields": "ma = id\r\nten = info.name",
        "key": "id",
    }
    officer.post("/harvesting/new/sonla_rest", **made)
    found = approval.act(
        ready.office.officer, "harvest_source_show", id="dang-kiem-xe-co-gioi"
    )
    assert json.loads(found["config"]) == {
        **OWNED,
        "fields": {"ma": "id", "ten": "info.name"},
        "key": ["id"],
    }
    assert found["owner_org"] == ready.office.id
    # The name is taken by now: it is told, and can be given.
    body = officer.post(
        "/harvesting/new/sonla_rest", 400, **{**made, "url": "http://127.0.0.1:8001/b"}
    )
    assert 'name="name"' in body
    for user in (ready.office.leader, None):
        Reader(app, user).get("/harvesting/new/sonla_rest", 403)
    officer.get("/harvesting/new/csw", 404)


def test_trying_shows_rows_and_what_the_rules_find(
    app: Any, ready: Approvable, site: Site
):
    officer = Reader(app, ready.office.officer)
    assert "answers" in officer.post(page(ready, "trial"), do="test")
    body = officer.post(page(ready, "trial"), do="preview")
    assert "The first 20 rows" in body
    assert "All of them obey the rules" in body
    wrong = [{**ROWS[0], "id": "sai"}, *ROWS[1:]]
    site.answers["/rows"] = lambda handler: handler.reply(
        200, json.dumps({"data": wrong}).encode()
    )
    found = approval.act(
        ready.office.leader, "sonla_harvest_preview", source_id=ready.source["id"]
    )
    assert found["checked"]
    assert {(one["row"], one["column"]) for one in found["findings"]} == {(1, "ma")}
    body = officer.post(page(ready, "trial"), do="preview")
    assert found["findings"][0]["sentence"] in BeautifulSoup(body, "html.parser").text
    site.answers.clear()
    assert "alert-danger" in officer.post(page(ready, "trial"), do="preview")
    assert "alert-danger" in officer.post(page(ready, "trial"), do="test")


def test_the_leader_reads_in_plain_words_what_she_approves(
    app: Any, ready: Approvable, site: Site
):
    leader = Reader(app, ready.office.leader)
    body = leader.get(page(ready, "approval"))
    digest = ready.show()["digest"]
    for words in (
        digest,
        OWNED["owner"],
        "/rows",
        "so_luong",
        "count",
        "at most 2 percent",
    ):
        assert words in body
    assert "khong-ai-biet-42" not in body
    body = leader.post(
        page(ready, "approval"), do="approve", digest=digest, comment="Tốt."
    )
    assert ready.show()["state"] == "approved"
    assert "Tốt." in body
    ready.edit(url=f"{site.address}/khac")
    body = leader.get(page(ready, "approval"))
    assert "The address was changed." in body
    body = leader.post(page(ready, "approval"), do="approve", digest=digest)
    assert "not the digest" in body
    leader.post(page(ready, "approval"), do="approve", digest=ready.show()["digest"])
    leader.post(page(ready, "approval"), do="revoke", reason="Tạm dừng")
    assert ready.show()["why"] == ["revoked"]


def test_pages_are_for_whoever_sees_the_source(app: Any, ready: Approvable):
    other = Reader(app, approval.office().officer)
    leader = Reader(app, ready.office.leader)
    officer = Reader(app, ready.office.officer)
    for name in ("settings", "trial", "approval"):
        Reader(app, None).get(page(ready, name), 403)
        other.get(page(ready, name), 403)
        officer.get(f"/harvesting/khong-co/{name}", 404)
    leader.get(page(ready, "settings"), 403)
    body = officer.get(page(ready, "approval"))
    assert 'value="approve"' not in body
    officer.post(page(ready, "approval"), 403, do="approve", digest="x")
    tabs = officer.get(f"/harvest/{ready.source['name']}")
    assert page(ready, "settings") in tabs
    assert page(ready, "settings") not in leader.get(f"/harvest/{ready.source['name']}")
    assert "/harvesting/new/sonla_rest" in officer.get("/harvest")
    assert model.Session.is_active


def test_the_form_has_every_field_of_the_schema(app: Any, ready: Approvable):
    names = set(Reader(app, ready.office.officer).form(page(ready, "settings")))
    assert {one.name for one in of.all_fields("sonla_rest")} <= names
    assert FIELDS
