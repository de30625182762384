"""Article 7.2: agencies publish by the catalogue, one dataset for each entry."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.catalogue import dataset as datasets
from ckanext.sonla.catalogue import tasks
from ckanext.sonla.shared import checks, clock
from tests.factories import catalogue as make

if TYPE_CHECKING:
    from tests.catalogue.conftest import People


@pytest.fixture
def entry(people: People, line: dict[str, Any]) -> dict[str, Any]:
    """An entry of the agency, in force."""
    return make.entry_in_force(**line)


def _fields(people: People, **values: Any) -> dict[str, Any]:
    return {
        "name": "tram-y-te",
        "title": "Trạm y tế",
        "notes": "Danh sách",
        "owner_org": people.agency["id"],
        "catalogue_entry": "YT-01",
        **values,
    }


def _create(people: People, **values: Any) -> dict[str, Any]:
    return people.call("sysadmin", "package_create", **_fields(people, **values))


def _refused(people: People, **values: Any) -> dict[str, Any]:
    with pytest.raises(tk.ValidationError) as refused:
        _create(people, **values)
    return refused.value.error_dict


@pytest.mark.usefixtures("entry")
def test_a_dataset_answers_an_entry_of_its_agency(people: People) -> None:
    other = make.agency(name="so-noi-vu")
    without = _fields(people)
    del without["catalogue_entry"]
    with pytest.raises(tk.ValidationError) as refused:
        people.call("sysadmin", "package_create", **without)
    assert "catalogue_entry" in refused.value.error_dict
    for wrong in (
        {"catalogue_entry": ""},
        {"catalogue_entry": "XX-99"},
        {"catalogue_entry": ["YT-01"]},
        {"owner_org": other["id"]},
    ):
        assert "catalogue_entry" in _refused(people, **wrong)


@pytest.mark.usefixtures("entry")
def test_licence_cycle_and_domain_come_from_the_entry(people: People) -> None:
    """Whatever the caller says about them."""
    other = make.domain(name="giao-duc")
    made = _create(
        people,
        license_id="cc-zero",
        update_cycle="yearly",
        frequency="x",
        theme=["x"],
        groups=[{"name": other["name"]}],
    )
    shown = people.call("sysadmin", "package_show", id=made["id"])
    assert shown["license_id"] == "sonla-terms"
    assert shown["update_cycle"] == "quarterly"
    assert shown["frequency"].endswith("/QUARTERLY")
    assert shown["access_rights"].endswith("/PUBLIC")
    assert shown["theme"] == ["http://test.ckan.net/group/y-te"]
    assert [one["name"] for one in shown["groups"]] == ["y-te"]
    patched = people.call(
        "sysadmin", "package_patch", id=made["id"], groups=[{"name": "giao-duc"}],
        license_id="cc-zero", title="Tên khác",
    )  # fmt: skip
    assert patched["license_id"] == "sonla-terms"
    assert [one["name"] for one in patched["groups"]] == ["y-te"]


@pytest.mark.usefixtures("entry")
def test_a_provider_has_one_dataset_for_an_entry(people: People) -> None:
    made = _create(people)
    assert "catalogue_entry" in _refused(people, name="tram-y-te-2")
    people.call("sysadmin", "package_patch", id=made["id"], title="Tên khác")
    people.call("sysadmin", "package_delete", id=made["id"])
    assert _create(people, name="tram-y-te-2")


@pytest.mark.usefixtures("entry")
def test_two_datasets_at_once_make_one(app: Any, people: People) -> None:
    """The second waits for the first one's transaction and then sees it."""
    outcomes: list[str] = []
    gate = threading.Barrier(2)

    def create(name: str) -> None:
        with app.flask_app.test_request_context():
            gate.wait()
            try:
                tk.get_action("package_create")(
                    {"user": people.sysadmin}, _fields(people, name=name)
                )
                outcomes.append("made")
            except tk.ValidationError as refused:
                outcomes.append(",".join(refused.error_dict))
            finally:
                model.Session.remove()

    threads = [threading.Thread(target=create, args=(f"tram-{n}",)) for n in (1, 2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert sorted(outcomes) == ["catalogue_entry", "made"]


def test_every_commune_has_its_own_dataset(
    people: People, line: dict[str, Any]
) -> None:
    make.entry_in_force(**{**line, "providers": {"kind": "class", "class": "commune"}})
    for name in ("xa-muong-bu", "xa-chieng-an"):
        commune = make.agency(name=name, agency_kind="commune")
        assert _create(people, name=f"tram-{name}", owner_org=commune["id"])
    assert "catalogue_entry" in _refused(people, name="tram-so")


@pytest.mark.usefixtures("entry")
def test_a_dataset_outlives_its_entry(people: People) -> None:
    """Invariant 5: a dataset whose entry is retired stays; nothing new comes."""
    made = _create(people)
    edition = people.call("operator", "sonla_edition_create", kind="amending")
    step = {"id": edition["id"]}
    people.call(
        "operator", "sonla_entry_retire", edition_id=edition["id"], code="YT-01"
    )
    people.call("operator", "sonla_edition_submit", **step)
    people.call(
        "leader", "sonla_edition_approve", **step, decision_number="9/QĐ-UBND",
        decision_date=clock.today().isoformat(),
    )  # fmt: skip
    shown = people.call("sysadmin", "package_patch", id=made["id"], title="Tên khác")
    assert shown["title"] == "Tên khác"
    people.call("sysadmin", "package_delete", id=made["id"])
    assert "catalogue_entry" in _refused(people, name="tram-moi")


@pytest.mark.usefixtures("entry")
def test_a_tabular_file_has_the_entrys_only_table(people: People) -> None:
    made = _create(
        people,
        resources=[
            {"name": "Bảng", "url": "http://example.vn/a.csv", "format": "csv"},
            {"name": "Thuyết minh", "url": "http://example.vn/a.pdf", "format": "PDF"},
        ],
    )
    assert [one.get("table") for one in made["resources"]] == ["tram", None]
    with pytest.raises(tk.ValidationError):
        people.call(
            "sysadmin", "resource_create", package_id=made["id"], name="Khác",
            url="http://example.vn/b.csv", format="CSV", table="khac",
        )  # fmt: skip


def _rules(package: dict[str, Any]) -> set[tuple[str, str]]:
    return {
        (one.rule, one.severity)
        for one in checks.run_checks(package)
        if one.rule in ("entry", "provider", "domain", "resource", "format", "table")
    }


@pytest.mark.usefixtures("entry")
def test_the_checks_say_what_keeps_a_revision_back(people: People) -> None:
    made = _create(people)
    show = {"id": made["id"]}
    assert _rules(people.call("sysadmin", "package_show", **show)) == {
        ("resource", "blocks")
    }
    people.call(
        "sysadmin", "resource_create", package_id=made["id"], name="Thuyết minh",
        url="http://example.vn/a.pdf", format="PDF",
    )  # fmt: skip
    assert _rules(people.call("sysadmin", "package_show", **show)) == {
        ("resource", "blocks"),
        ("format", "blocks"),
        ("format", "informs"),
    }
    people.call(
        "sysadmin", "resource_create", package_id=made["id"], name="Bảng",
        url="http://example.vn/a.csv", format="CSV",
    )  # fmt: skip
    package = people.call("sysadmin", "package_show", **show)
    assert _rules(package) == {("format", "informs")}
    assert _rules({**package, "groups": [], "owner_org": "x"}) >= {
        ("domain", "blocks"),
        ("provider", "blocks"),
    }
    assert _rules({**package, "catalogue_entry": "XX"}) == {("entry", "blocks")}


@pytest.mark.usefixtures("entry")
def test_the_search_document_has_the_entrys_facets(people: People) -> None:
    document = datasets.index_entry({"catalogue_entry": "YT-01"})
    assert document["content_kind"] == "table"
    assert document["update_cycle"] == "quarterly"
    made = _create(people, private=False)
    found = people.call(
        "sysadmin", "package_search", include_private=True,
        **{"facet.field": ["content_kind", "catalogue_entry", "update_cycle"]},
        fq=f"name:{made['name']}",
    )  # fmt: skip
    assert found["facets"] == {
        "content_kind": {"table": 1},
        "catalogue_entry": {"YT-01": 1},
        "update_cycle": {"quarterly": 1},
    }


@pytest.mark.usefixtures("entry")
def test_a_changed_entry_changes_the_facets_of_its_datasets(people: People) -> None:
    made = _create(people)
    edition = people.call("operator", "sonla_edition_create", kind="amending")
    people.call(
        "operator", "sonla_entry_update", edition_id=edition["id"], code="YT-01",
        update_cycle="yearly",
    )  # fmt: skip
    people.call("operator", "sonla_edition_submit", id=edition["id"])
    people.call(
        "leader", "sonla_edition_approve", id=edition["id"],
        decision_number="9/QĐ-UBND", decision_date=clock.today().isoformat(),
    )  # fmt: skip
    tasks.reindex(edition["id"])
    found = people.call(
        "sysadmin", "package_search", include_private=True,
        fq=f"name:{made['name']}", **{"facet.field": ["update_cycle"]},
    )  # fmt: skip
    assert found["facets"] == {"update_cycle": {"yearly": 1}}


@pytest.mark.usefixtures("entry")
def test_dcat_says_what_the_catalogue_says(people: People) -> None:
    """DCAT-AP 3 by ckanext-dcat's own profiles."""
    made = _create(
        people,
        title_en="Health posts",
        contact=[{"name": "Sở Y tế", "email": "syt@example.vn"}],
        temporal_coverage=[{"start": "2026-01-01", "end": "2026-03-31"}],
        language=["vi"],
        resources=[{"name": "Bảng", "url": "http://example.vn/a.csv", "format": "CSV"}],
    )
    turtle = people.call("sysadmin", "dcat_dataset_show", id=made["id"], format="ttl")
    for wanted in (
        "dcat:theme <http://test.ckan.net/group/y-te>",
        "authority/frequency/QUARTERLY>",
        "authority/access-right/PUBLIC>",
        "syt@example.vn",
        "2026-03-31",
        "dcat:Distribution",
    ):
        assert wanted in turtle, turtle
