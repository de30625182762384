# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""Other portals' catalogues: what they say is public by the leader's approval alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ckanext.sonla.harvesting.runs import recovering, working
from ckanext.sonla.harvesting.runs.model import HarvestRun
from ckanext.sonla.shared import faults
from tests.approval import crashes
from tests.factories import approval

from . import catalogues as of
from . import running
from .test_source_pages import Reader

if TYPE_CHECKING:
    from .conftest import Site


@pytest.fixture
def portal(staff: dict[str, str], site: Site) -> of.Portal:
    """Return another portal with one dataset that belongs to an entry."""
    of.entries("DL-1", "DL-2")
    found = of.Portal(site)
    found.dataset("tram", found.file("/tram.csv", of.ROWS))
    return found


@pytest.fixture
def source(portal: of.Portal, site: Site) -> Any:
    return of.source(site.address, {"entries": {"tram": "DL-1", "khac": "DL-2"}})


def counts(run: dict[str, Any]) -> list[int]:
    names = ("read", "added", "updated", "unchanged", "quarantined", "filtered")
    return [run[name] for name in names]


def test_a_remote_dataset_becomes_public_by_the_leaders_approval(
    source: Any, portal: of.Portal
):
    portal.dataset("khong-ai-can", portal.file("/x.csv", of.ROWS))
    first = running.run(source["id"])
    assert (first["outcome"], counts(first)) == ("submitted", [2, 1, 0, 0, 0, 1])
    assert "Trạm y tế khong-ai-can" in first["reasons"][0]["sentence"]
    item = of.told(source["id"])["tram"]
    assert approval.refusal(None, "package_show", id=item["dataset_id"]) == "403"
    approval.approve(running.office(), of.revision(item))
    public = approval.act(None, "package_show", id=item["dataset_id"])
    assert (public["title"], public["catalogue_entry"]) == ("Trạm y tế tram", "DL-1")
    assert [tag["name"] for tag in public["tags"]] == ["y tế"]
    (resource,) = public["resources"]
    assert [row["ten"] for row in approval.rows(None, resource["id"], 9)] == [
        "Mường La",
        "Mộc Châu",
    ]
    # The same again opens nothing.
    again = running.run(source["id"])
    assert (again["outcome"], counts(again)) == ("unchanged", [2, 0, 0, 1, 0, 1])
    # Other rows go into the same dataset.
    portal.file("/tram.csv", of.ROWS + "3,Sông Mã\n")
    portal.dataset("tram", f"{portal.site.address}/tram.csv", title="Trạm xá")
    third = running.run(source["id"])
    assert (third["outcome"], counts(third)) == ("submitted", [2, 0, 1, 0, 0, 1])
    item = of.told(source["id"])["tram"]
    assert item["dataset_id"] == public["id"]
    assert approval.show(public["id"])["title"] == "Trạm y tế tram"
    approval.approve(running.office(), of.revision(item))
    assert approval.show(public["id"])["title"] == "Trạm xá"
    assert len(approval.rows(None, resource["id"], 9)) == 3


# DCAT


def dcat(kind: str) -> str:
    """Return a catalogue of one dataset as ckanext-dcat writes it."""
    from ckanext.dcat.processors import RDFSerializer

    resource = {
        "id": "r1",
        "name": "Bảng",
        "format": "CSV",
        "url": "SITE/tram.csv",
        "package_id": "tram",
    }
    dataset = {
        "id": "4b6fe9ca-dc77-4cec-92a4-55c6624a5bd6",
        "name": "tram",
        "type": "dataset",
        "title": "Trạm y tế",
        "notes": "Các trạm y tế của tỉnh.",
        "uri": "https://soyte.example/dataset/tram",
        "tags": [{"name": "y tế"}],
        "resources": [resource],
        "extras": [{"key": "identifier", "value": "tram"}],
    }
    return RDFSerializer().serialize_catalog(
        {"title": "Danh mục"}, dataset_dicts=[dataset], _format=kind
    )


TYPES = {
    "ttl": "text/turtle",
    "xml": "application/rdf+xml",
    "jsonld": "application/ld+json",
}


@pytest.mark.parametrize("kind", TYPES)
def test_a_dcat_catalogue_becomes_public_by_the_leaders_approval(
    staff: Any, site: Site, kind: str
):
    of.entries("DL-1")
    portal = of.Portal(site)
    portal.file("/tram.csv", of.ROWS)
    text = dcat(kind).replace("SITE", site.address)
    address = portal.file("/catalog", text, TYPES[kind])
    entries = {"https://soyte.example/dataset/tram": "DL-1"}
    source = of.source(address, {"entries": entries}, source_type="sonla_dcat")
    found = running.run(source["id"])
    # The portal's own catalogue has its answered feedback too, which nobody asked for.
    assert (found["outcome"], counts(found)) == ("submitted", [2, 1, 0, 0, 0, 1])
    item = of.told(source["id"])["tram"]
    approval.approve(running.office(), of.revision(item))
    public = approval.act(None, "package_show", id=item["dataset_id"])
    assert (public["title"], public["notes"]) == (
        "Trạm y tế",
        "Các trạm y tế của tỉnh.",
    )
    assert len(approval.rows(None, public["resources"][0]["id"], 9)) == 2
    assert running.run(source["id"])["outcome"] == "unchanged"


# Attacks

XXE = """<?xml version="1.0"?><!DOCTYPE rdf:RDF [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&x;</rdf:RDF>"""
LAUGHS = """<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&b;</rdf:RDF>"""
METADATA = '{"@context": "http://169.254.169.254/latest", "@id": "x"}'
HYDRA = """@prefix hydra: <http://www.w3.org/ns/hydra/core#> .
<SITE/p> a hydra:PartialCollectionView ; hydra:next <NEXT> ."""


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        (XXE, "application/rdf+xml", "not_readable"),
        (LAUGHS, "application/rdf+xml", "not_readable"),
        ("<rdf:RDF", "application/rdf+xml", "not_readable"),
        ("[" * 100_000, "application/ld+json", "not_readable"),
        (METADATA, "application/ld+json", "address"),
        ("@prefix : <", "text/turtle", "not_readable"),
        (HYDRA.replace("NEXT", "SITE/catalog"), "text/turtle", "loop"),
        (HYDRA.replace("NEXT", "http://10.0.0.1/x"), "text/turtle", "other_server"),
        ("<html>", "text/html", "web_page"),
        ("x", "application/pdf", "content_type"),
    ],
)
def test_a_catalogue_that_attacks_is_refused_in_words(
    staff: Any, site: Site, text: str, kind: str, code: str
):
    of.entries("DL-1")
    address = of.Portal(site).file("/catalog", text.replace("SITE", site.address), kind)
    source = of.source(address, {}, source_type="sonla_dcat")
    tried = approval.act("cb-yte", "sonla_harvest_test", source_id=source["id"])
    assert (tried["ok"], tried["problem"]) == (False, code), tried


def test_what_a_remote_dataset_may_not_say_is_left_out(
    source: Any, portal: of.Portal, site: Site
):
    """Name, id, state and agency are the portal's; a script in a title is a text."""
    portal.dataset(
        "tram",
        f"{site.address}/tram.csv",
        title="<script>alert(1)</script>\x00",
        owner_org="so-khac",
        license_id="khac",
        extras=[{"key": "private", "value": "false"}, {"key": "id", "value": "x"}],
    )
    found = running.run(source["id"])
    assert found["added"] == 1, found
    draft = approval.show(of.told(source["id"])["tram"]["dataset_id"])
    assert (draft["private"], draft["owner_org"]) == (True, running.office().id)
    assert draft["title"] == "<script>alert(1)</script>"
    assert draft["license_id"] != "khac"
    assert not {"x", "id-tram"} & {draft["id"]}


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("file:///etc/passwd", "file"),
        ("http://169.254.169.254/latest/meta-data", "file"),
        ("http://10.1.2.3/tram.csv", "file"),
        ("/huge.csv", "file"),
        ("/away.csv", "file"),
        ("/login.csv", "file"),
        ("/bad.csv", "file_rows"),
    ],
)
def test_a_file_that_can_not_be_had_changes_nothing_and_is_told(
    source: Any, portal: of.Portal, site: Site, url: str, said: str
):
    site.answers["/huge.csv"] = huge
    site.answers["/away.csv"] = lambda handler: handler.reply(
        302, b"", Location="http://169.254.169.254/latest"
    )
    portal.file("/login.csv", "<html>Đăng nhập</html>", "text/html")
    portal.file("/bad.csv", "ma,ten\nmười,\n")
    portal.dataset("khac", portal.file("/khac.csv", of.ROWS))
    portal.dataset("tram", url if ":" in url else f"{site.address}{url}")
    found = running.run(source["id"])
    # The other dataset is none the worse for it.
    assert (found["outcome"], counts(found)) == ("submitted", [2, 1, 0, 0, 1, 0])
    item = of.told(source["id"])["tram"]
    assert (item["state"], item["reason"]["code"]) == ("refused", said), item
    assert "{" not in item["reason"]["sentence"]
    assert "Trạm y tế tram" in found["reasons"][0]["sentence"]


def huge(handler: Any) -> None:
    """Promise ten gigabytes."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/csv")
    handler.send_header("Content-Length", str(10 * 10**9))
    handler.end_headers()
    handler.close_connection = True


def test_what_is_gone_sent_back_or_named_twice_is_told(source: Any, portal: of.Portal):
    approval.approve(
        running.office(), of.revision(_taken(running.run(source["id"]), source))
    )
    public = of.told(source["id"])["tram"]["dataset_id"]
    portal.datasets.clear()
    portal.dataset("khac", portal.file("/khac.csv", of.ROWS))
    second = running.run(source["id"])
    assert of.told(source["id"])["tram"]["state"] == "gone"
    assert approval.act(None, "package_show", id=public)["state"] == "active"
    item = of.told(source["id"])["khac"]
    told = {"id": item["revision_id"], "comment": "Thiếu số liệu."}
    approval.act("ld-yte", "sonla_revision_return", **told)
    third = running.run(source["id"])
    assert (second["outcome"], third["outcome"]) == ("submitted", "held")
    assert of.told(source["id"])["khac"]["reason"]["code"] == "sent_back"
    portal.dataset("ban-sao", extras=[{"key": "catalogue_entry", "value": "DL-2"}])
    fourth = running.run(source["id"])
    assert (fourth["outcome"], counts(fourth)) == ("failed", [2, 0, 0, 0, 2, 0])


def _taken(run: dict[str, Any], source: Any) -> dict[str, Any]:
    assert run["outcome"] == "submitted", run
    return of.told(source["id"])["tram"]


def test_a_run_that_is_killed_wherever_it_is_submits_once(
    source: Any, monkeypatch: Any
):
    monkeypatch.setattr(recovering, "CRASHES", 99)
    running.ask(source["id"])
    run_id = str(HarvestRun.open_of(source["id"]).id)
    for place in faults.declared()["harvest_catalogue"]:
        assert crashes.killed_at(place, lambda: working.work(run_id)), place
        running.recover(source["id"])
    found = running.work(source["id"])
    assert (found["outcome"], counts(found)) == ("submitted", [1, 1, 0, 0, 0, 0])
    item = of.told(source["id"])["tram"]
    listed = approval.act(
        "ld-yte", "sonla_revision_list", dataset_id=item["dataset_id"]
    )
    assert listed["count"] == 1


def test_upstream_types_are_refused_and_strangers_see_nothing(source: Any, site: Site):
    running.run(source["id"])
    for kind in ("ckan", "dcat_rdf", "dcat_json"):
        told = {"name": kind.replace("_", "-"), "source_type": kind}
        refused = approval.refusal("cb-yte", "harvest_source_create", **told)
        assert "source_type" in refused, kind
    for action in ("sonla_harvest_dataset_list", "sonla_harvest_preview"):
        assert approval.refusal(None, action, source_id=source["id"]) == "403"
    preview = approval.act("cb-yte", "sonla_harvest_preview", source_id=source["id"])
    assert (preview["datasets"], preview["taken"]) == (1, 1)
    assert preview["rows"][0]["entry"] == "DL-1"


def test_the_pages_of_a_catalogue_open(app: Any, source: Any, portal: of.Portal):
    portal.dataset("khong-ai-can", title="<b>Không ai cần</b>")
    running.run(source["id"])
    officer = Reader(app, "cb-yte")
    body = officer.post(f"/harvesting/{source['name']}/trial", do="preview")
    assert "1 of 2 datasets" in body
    assert "<b>Không" not in body
    runs = officer.get(f"/harvesting/{source['name']}/runs")
    assert of.told(source["id"])["tram"]["revision_id"] in runs
    for name in ("settings", "approval"):
        officer.get(f"/harvesting/{source['name']}/{name}")
    officer.get(f"/harvest/{source['name']}")
    for kind in ("sonla_ckan", "sonla_dcat"):
        officer.get(f"/harvesting/new/{kind}")
