# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""Other portals' catalogues: what they say is public by the leader's approval alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.factories import approval

from . import catalogues as of
from . import running

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
