# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""Catalogues in DCAT: public by the leader's approval alone, and refused in attacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.factories import approval

from . import catalogues as of
from . import running

if TYPE_CHECKING:
    from .conftest import Site


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
    assert (found["outcome"], of.counts(found)) == ("submitted", [2, 1, 0, 0, 0, 1])
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
