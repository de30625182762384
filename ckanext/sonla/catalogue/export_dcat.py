"""The catalogue as DCAT 3: what agencies owe, and what has come of it.

An entry is no dataset but what several datasets have in common, so it is told as a
`dcat:DatasetSeries`; the published datasets are in it, under the addresses by which the
portal's own DCAT describes them. The decision's number is the catalogue's version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rdflib import DCAT, DCTERMS, FOAF, RDF, XSD, BNode, Graph, Literal, URIRef

import ckan.plugins.toolkit as tk
from ckanext.dcat.utils import catalog_uri, dataset_uri

from . import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable

FORMATS = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld"}
_SERIES_MEMBER = URIRef(f"{DCAT}seriesMember")


def as_rdf(
    kind: str,
    edition: dict[str, Any] | None,
    entries: Iterable[dict[str, Any]],
    published: dict[str, list[dict[str, str]]],
) -> bytes:
    """Return the catalogue in an RDF serialisation.

    Args:
        kind: `ttl`, `rdf` or `jsonld`.
        edition: as `sonla_edition_show` answers it; None before there is any.
        entries: as `sonla_entry_show` answers them.
        published: `id` and `name` of the public datasets, by their entry's code.
    """
    graph = Graph()
    graph.bind("dcat", DCAT)
    graph.bind("dct", DCTERMS)
    catalogue = URIRef(tk.url_for("sonla_catalogue.index", _external=True))
    graph.add((catalogue, RDF.type, DCAT.Catalog))
    title = "Danh mục dữ liệu mở"
    graph.add((catalogue, DCTERMS.title, Literal(title, lang="vi")))
    graph.add((catalogue, DCTERMS.isPartOf, URIRef(catalog_uri())))
    if edition:
        _text(graph, catalogue, DCTERMS.hasVersion, edition["decision_number"])
        day = Literal(edition["decision_date"], datatype=XSD.date)
        graph.add((catalogue, DCTERMS.issued, day))
    for entry in entries:
        graph.add((catalogue, DCAT.dataset, _series(graph, entry, published)))
    return graph.serialize(format=FORMATS[kind], encoding="utf-8")


def _series(
    graph: Graph, entry: dict[str, Any], published: dict[str, list[dict[str, str]]]
) -> URIRef:
    code = entry["code"]
    series = URIRef(tk.url_for("sonla_catalogue.entry", code=code, _external=True))
    graph.add((series, RDF.type, DCAT.DatasetSeries))
    graph.add((series, DCTERMS.identifier, Literal(code)))
    graph.add((series, DCTERMS.title, Literal(entry["title"], lang="vi")))
    if entry["title_en"]:
        graph.add((series, DCTERMS.title, Literal(entry["title_en"], lang="en")))
    if entry["description"]:
        text = Literal(entry["description"], lang="vi")
        graph.add((series, DCTERMS.description, text))
    _text(graph, series, DCTERMS.source, entry["source"])
    _text(graph, series, DCAT.keyword, entry["domain_title"])
    theme = tk.url_for("group.read", id=entry["domain"], _external=True)
    graph.add((series, DCAT.theme, URIRef(theme)))
    cycle = vocabulary.FREQUENCIES.get(entry["update_cycle"])
    if cycle:
        graph.add((series, DCTERMS.accrualPeriodicity, URIRef(cycle)))
    graph.add((series, DCTERMS.accessRights, URIRef(vocabulary.PUBLIC_ACCESS)))
    publisher = BNode()
    graph.add((series, DCTERMS.publisher, publisher))
    graph.add((publisher, RDF.type, FOAF.Organization))
    _text(graph, publisher, FOAF.name, entry["lead_agency_title"])
    for one in published.get(code, []):
        dataset = URIRef(dataset_uri(one))
        graph.add((series, _SERIES_MEMBER, dataset))
        graph.add((dataset, DCAT.inSeries, series))
    return series


def _text(graph: Graph, subject: Any, predicate: Any, text: str | None) -> None:
    if text:
        graph.add((subject, predicate, Literal(text)))
