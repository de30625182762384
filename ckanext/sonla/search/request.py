"""Solr's parameters, read into what the index is asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ckanext.sonla.shared.texts import is_text

from . import dismax, facets, local_params
from .errors import QuerySyntaxError

if TYPE_CHECKING:
    from .schema import Schema
    from .tree import Node

QF = "name^4 title^4 tags^2 groups^2 text"
DEFAULT_ROWS = 10
_DOUBLED = re.compile(r"(?:^|\s)[+-]{2,}\w")  # `--word`: Solr's dismax refuses it too
MOST_ROWS = 1_000_000  # and the highest `start`; PostgreSQL counts in 64 bits


@dataclass(frozen=True)
class Request:
    """A search: the main query, filters, order, the page, fields, facets."""

    query: Node
    filters: tuple[Node, ...]
    sort: str
    start: int
    rows: int
    fields: list[str] | None
    with_score: bool
    boosts: dict[str, float]
    facet_fields: list[str]
    facet_limit: Any
    facet_mincount: Any


def _main(text: str, schema: Schema, parameters: dict[str, Any]) -> Node:
    """Read `q`. Syntax that nobody meant (`R&D: C++ (2020`) is read as words."""
    qf = parameters.get("qf") or QF
    mm = str(parameters.get("mm") or "100%")
    typed = parameters.get("defType") in ("dismax", "edismax")
    if typed and text.strip() != "*:*" and not text.startswith("{!"):
        if _DOUBLED.search(text):
            raise QuerySyntaxError(f"Cannot parse '{text}': two signs before a word")
        return dismax.parse(text, qf=qf, mm=mm)
    try:
        return local_params.parse(text, schema, parameters)
    except QuerySyntaxError:
        if text.startswith("{!"):
            raise
        return dismax.parse(text, qf=qf, mm=mm)


def _names(fl: Any) -> tuple[list[str] | None, bool]:
    if not fl:
        return None, False
    parts = [fl] if isinstance(fl, str) else list(fl)
    names = [name for part in parts for name in part.replace(",", " ").split()]
    return (None if "*" in names else names), "score" in names


def _page(value: Any, default: int) -> int:
    return min(max(facets.whole(value, default), 0), MOST_ROWS)


def read(q: str, schema: Schema, parameters: dict[str, Any]) -> Request:
    """Read a request.

    Args:
        q: the main query.
        schema: which fields are of which kind.
        parameters: Solr's, as CKAN passes them to `pysolr.Solr.search`.

    Raises:
        SolrError: a filter, the sort order or a number is none that Solr would accept.
    """
    filters = parameters.get("fq") or []
    filters = [filters] if isinstance(filters, str) else list(filters)
    if not all(map(is_text, (q, *filters))):
        # PostgreSQL has no such character, and no document holds it.
        raise QuerySyntaxError("Query contains what is no character of a text")
    faceted = str(parameters.get("facet", "")).lower() in ("true", "on", "yes", "1")
    fields, with_score = _names(parameters.get("fl"))
    return Request(
        query=_main(q, schema, parameters),
        filters=tuple(
            local_params.parse(item, schema, parameters)
            for item in filters
            if item.strip()
        ),
        sort=parameters.get("sort") or "",
        start=_page(parameters.get("start"), 0),
        rows=_page(parameters.get("rows"), DEFAULT_ROWS),
        fields=fields,
        with_score=with_score,
        boosts=dismax.boosts(parameters.get("qf") or QF),
        facet_fields=facets.fields(parameters.get("facet.field")) if faceted else [],
        facet_limit=parameters.get("facet.limit"),
        facet_mincount=parameters.get("facet.mincount"),
    )
