"""Where feedback is sent from, and what it is about (articles 7.3, 9.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import ckan.plugins.toolkit as tk
from ckan import model
from tests.factories import portal
from tests.factories import sending as make
from tests.factories.sending import kept

if TYPE_CHECKING:
    from tests.factories.portal import Town

pytestmark = pytest.mark.usefixtures("with_plugins")


@pytest.fixture(scope="module")
def town_once() -> dict[str, Any]:
    return {}


@pytest.fixture
def town(town_once: dict[str, Any], with_plugins: None, request: Any) -> Town:
    """One small portal for the module: what is sent to it changes none of it."""
    if "town" not in town_once:
        request.getfixturevalue("reset_db")()
        town_once["town"] = portal.town()
    return town_once["town"]


def wrong(**values: Any) -> dict[str, Any]:
    with pytest.raises(tk.ValidationError) as error:
        make.send(**values)
    model.Session.rollback()
    return error.value.error_dict


def test_a_dataset_goes_to_its_agency_with_its_entry(town: Town):
    found = kept(make.send(dataset_id=town.published["dataset_id"])["code"])
    assert found.handler_id == town.office.id
    assert found.entry_code == town.entry


def test_a_row_and_a_column_are_pointed_at(town: Town):
    told = make.send(resource_id=town.resource, row=7, column="số học SINH")
    found = kept(told["code"])
    assert (found.row_id, found.column_name) == (7, "Số học sinh")
    assert found.dataset_id == town.published["dataset_id"]
    assert "column" in wrong(resource_id=town.resource, column="Gọi 0912345678")
    assert "row" in wrong(resource_id=town.resource, row="-1")
    assert "resource_id" in wrong(row=7)


def test_a_draft_is_refused_in_the_words_of_what_is_not_there(town: Town, app: Any):
    package = model.Package.get(town.draft["package_id"])
    assert package is not None
    nothing = wrong(dataset_id="khong-co-bo-nao")
    assert wrong(dataset_id=package.id) == wrong(dataset_id=package.name) == nothing
    drafted = package.resources[0].id
    file = wrong(resource_id=drafted)
    assert file == wrong(resource_id="khong-co-tep-nao")
    name, title = package.name, str(package.title)
    assert title not in app.get(f"/feedback/new?dataset={name}").body
    mine = model.Package.get(town.published["dataset_id"])
    assert mine is not None
    other = {"dataset_id": mine.id, "resource_id": drafted}
    assert "resource_id" in wrong(**other)


def test_pages_lead_to_a_form_that_knows_what_it_is_about(town: Town, app: Any):
    dataset = model.Package.get(town.published["dataset_id"])
    assert dataset is not None
    name = dataset.name
    assert f"/feedback/new?dataset={name}" in app.get(f"/dataset/{name}").body
    table = app.get(f"/dataset/{name}/resource/{town.resource}").body
    assert f"resource={town.resource}&amp;row=3" in table
    assert "kind=publish_request" in app.get(f"/catalogue/{town.entry}").body
    form = app.get(f"/feedback/new?dataset={name}&resource={town.resource}&row=3").body
    assert "Trường tiểu học" in form
    assert 'name="row" value="3"' in form


def test_a_search_without_a_result_leads_to_a_request(town: Town, app: Any):
    page = app.get("/dataset/", query_string={"q": "quy hoach san bay"}).body
    assert "/feedback/new?" in page
    form = app.get("/feedback/new", query_string={"q": "quy hoạch <sân bay>"}).body
    assert 'value="quy hoạch &lt;sân bay&gt;"' in form
    assert 'value="publish_request" required checked' in form
