"""The one error that CKAN expects of its search engine."""

from __future__ import annotations

from pysolr import SolrError


class QuerySyntaxError(SolrError):
    """What was typed isn't a query that Solr's standard parser would accept."""


__all__ = ["QuerySyntaxError", "SolrError"]
