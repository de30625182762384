"""Who makes a source, what its configuration must say, and who is shown it."""

from __future__ import annotations

import json
from typing import Any

import pytest

import ckan.plugins.toolkit as tk
from ckan.lib.search import rebuild
from ckan.tests.helpers import call_action
from ckanext.sonla.harvesting import configuration
from tests.factories import agencies as make

from .conftest import OWNED, agency_id, make_source

BEARER = {**OWNED, "auth": {"type": "bearer", "token": "khong-ai-biet-42"}}


@pytest.mark.usefixtures("with_plugins")
@pytest.mark.parametrize(
    ("kind", "config", "said"),
    [
        ("sonla_rest", {"contact": "x"}, "owner is missing."),
        ("sonla_rest", {**OWNED, "pagin": {}}, "pagin is not known here"),
        ("sonla_rest", {**OWNED, "format": "pdf"}, "format must be one of: json"),
        ("sonla_rest", {**OWNED, "paging": {"type": "x"}}, "paging.type must be one"),
        ("sonla_rest", {**OWNED, "paging": 5}, "paging must be an object"),
        (
            "sonla_rest",
            {**OWNED, "paging": {"type": "offset"}},
            "paging.limit is missing.",
        ),
        (
            "sonla_rest",
            {**OWNED, "auth": {"type": "basic", "user": "u"}},
            "auth.password is missing.",
        ),
        ("sonla_rest", {**OWNED, "auth": {"type": "bearer", "token": 5}}, "auth.token"),
        ("sonla_rest", {**OWNED, "key": []}, "key must not be empty."),
        ("sonla_rest", {**OWNED, "key": ["a", 5]}, "key[1] must be a text."),
        (
            "sonla_rest",
            {**OWNED, "limits": {"rows": 0}},
            "limits.rows must be at least 1.",
        ),
        ("sonla_sql", OWNED, "Give either from or query, not both."),
        (
            "sonla_sql",
            {**OWNED, "from": "a", "query": "SELECT 1"},
            "Give either from or query, not both.",
        ),
    ],
)
def test_what_is_wrong_is_told_by_field_and_place(
    kind: str, config: dict[str, Any], said: str
):
    with pytest.raises(tk.ValidationError) as caught:
        configuration.read(kind, json.dumps(config))
    assert said in str(caught.value.error_dict["config"])


@pytest.mark.usefixtures("with_plugins")
@pytest.mark.parametrize("text", ['{"owner": ', "[]", "[" * 100_000, "NaN", '"x"'])
def test_what_is_no_json_is_told_by_its_place(text: str):
    with pytest.raises(tk.ValidationError):
        configuration.read("sonla_rest", text)


def test_anybody_reads_the_published_schemas(app):
    for kind in configuration.KINDS:
        found = app.get(f"/harvesting/schema/{kind}.json")
        assert found.json["title"] == kind
        assert set(found.json["required"]) == {"owner", "contact"}
    app.get("/harvesting/schema/csw.json", status=404)


def test_officers_make_sources_of_their_agency_and_operators_of_all(staff: Any):
    """Article 8.4: the agency's own system; article 5.1: the office guides."""
    make_source(staff["officer"])
    make_source(staff["operator"], name="cua-van-hanh", url="http://a.example/x")
    for name, agency in ((staff["leader"], "so-y-te"), (staff["officer"], make.OFFICE)):
        with pytest.raises((tk.NotAuthorized, tk.ValidationError)):
            make_source(name, name="khong", owner_org=agency_id(agency))


def test_a_source_without_owner_or_contact_is_refused(staff: Any):
    """Article 5.3 names who is responsible for a database."""
    with pytest.raises(tk.ValidationError) as caught:
        make_source(staff["officer"], config={"owner": "Sở"})
    assert caught.value.error_dict["config"] == ["contact is missing."]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/x",
        "http://u:p@a.example/x",
        "http://a.example/x?api_key=1",
        "http:///x",
        "http://a.example:99999/",
        "file:///etc/passwd",
    ],
)
def test_an_address_of_no_web_or_with_a_secret_is_refused(staff: Any, url: str):
    with pytest.raises(tk.ValidationError) as caught:
        make_source(staff["officer"], url=url)
    assert list(caught.value.error_dict) == ["url"]


def test_strangers_are_shown_nothing_of_a_source(app, staff: Any, key_file: Any):
    source = make_source(staff["officer"], config={**BEARER, "records": "dau-vet-9"})
    rebuild(source["id"])
    for address in (
        f"/api/3/action/harvest_source_show?id={source['id']}",
        f"/api/3/action/package_show?id={source['id']}",
        f"/api/3/action/harvest_source_show_status?id={source['id']}",
        "/api/3/action/harvest_source_list",
        "/api/3/action/package_search?fq=dataset_type:harvest",
        "/harvest",
        f"/harvest/{source['name']}",
        f"/harvest/about/{source['name']}",
        f"/harvest/{source['name']}/job",
    ):
        found = app.get(address, follow_redirects=False)
        assert found.status_code < 500, address
        assert "dau-vet-9" not in found.body
        assert "127.0.0.1:8001" not in found.body


def test_who_is_responsible_is_shown_the_configuration(staff: Any, key_file: Any):
    source = make_source(staff["officer"], config={**BEARER, "records": "dau-vet-9"})
    for role in ("officer", "leader", "operator", "auditor"):
        context = {"user": staff[role], "ignore_auth": False}
        found = call_action("harvest_source_show", context, id=source["id"])
        assert "dau-vet-9" in found.get("config", ""), (role, found)
        assert found["private"]


def test_a_run_that_would_bring_nothing_is_refused_in_words(staff: Any):
    source = make_source(staff["operator"])
    context: Any = {"user": staff["operator"], "ignore_auth": True}
    with pytest.raises(tk.ValidationError) as caught:
        call_action("harvest_job_create", context, source_id=source["id"])
    assert "names no dataset" in str(caught.value.error_dict["source_id"])
