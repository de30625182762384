"""CKAN's own pages and its harvester work on the embedded index."""

from __future__ import annotations

from typing import Any

import pytest

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import search
from ckan.tests import factories, helpers

from .conftest import dataset, found

pytestmark = [
    pytest.mark.ckan_config("ckan.plugins", "sonla_search harvest ckan_harvester"),
    pytest.mark.ckan_config("ckan.auth.create_unowned_dataset", True),
    pytest.mark.usefixtures("index"),
]


def test_the_pages_of_datasets_agencies_and_domains_list_datasets(app: Any):
    org = factories.Organization(name="so-nong-nghiep")
    group = factories.Group(name="nong-nghiep")
    dataset(
        "Diện tích lúa nương", owner_org=org["id"], groups=[{"name": group["name"]}]
    )
    for page in (
        "/dataset/?q=lua+nuong",
        "/organization/so-nong-nghiep",
        "/organization/so-nong-nghiep?q=lua",
        "/group/nong-nghiep",
        "/feeds/dataset.atom",
        "/feeds/organization/so-nong-nghiep.atom",
        "/feeds/custom.atom?q=lua",
    ):
        assert "Diện tích lúa nương" in app.get(page).body, page
    assert app.get("/").status_code == 200


def test_autocompletion_needs_no_accents():
    dataset("Diện tích đất nông nghiệp", name="dien-tich-dat")
    dataset("Sản lượng", name="san-luong")
    for typed in ("đất", "dat nong", "DIEN", "ong ngh", "tich-dat"):
        answer = helpers.call_action("package_autocomplete", q=typed)
        assert [item["name"] for item in answer] == ["dien-tich-dat"], typed


def test_a_renamed_agency_is_found_under_its_name():
    org = factories.Organization(name="so-cu")
    dataset("Lúa", owner_org=org["id"])
    helpers.call_action("organization_patch", id=org["id"], name="so-moi")
    search.rebuild(quiet=True)
    assert found("organization:so-moi") == ["Lúa"]


def test_harvest_sources_are_listed_and_cleared():
    """ckanext-harvest searches for its sources, and deletes from the index itself."""
    user = factories.Sysadmin()
    source = tk.get_action("harvest_source_create")(
        {"user": user["name"]},
        {
            "name": "nguon",
            "title": "Nguồn dữ liệu",
            "url": "http://example.com",
            "source_type": "ckan",
        },
    )
    made = dataset("Lúa", extras=[{"key": "harvest_source_id", "value": source["id"]}])
    assert found("nguon du lieu", fq="+dataset_type:harvest") == ["Nguồn dữ liệu"]
    assert found("*:*", fq="-dataset_type:harvest") == ["Lúa"]
    assert found(f'harvest_source_id:"{source["id"]}"') == ["Lúa"]
    connection = search.make_connection()
    connection.delete(q=f'+harvest_source_id:"{source["id"]}"', commit=True)
    model.Session.rollback()
    assert found("*:*", fq=f"id:{made['id']}") == []
