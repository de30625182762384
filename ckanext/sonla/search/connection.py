"""What CKAN holds for a `pysolr.Solr`: the index in PostgreSQL behind its methods."""

from __future__ import annotations

import json
from typing import Any

import pysolr
import sqlalchemy as sa

from . import (
    document,
    facets,
    local_params,
    ranking,
    request,
    schema,
    sorting,
    store,
    tables,
    transactions,
)
from .conditions import Condition, Conditions


class EmbeddedSolr:
    """The part of `pysolr.Solr` that CKAN and its extensions call."""

    def __init__(self, url: str = "postgresql:", decoder: Any = None, **_: Any) -> None:
        """Make a connection; nothing is opened before it is used.

        Args:
            url: what the option `solr_url` says; only shown in messages.
            decoder: a JSON decoder for what comes back, as pysolr takes it.
        """
        self.url = url
        self.decoder = decoder
        self.schema = schema.packaged()

    def search(
        self, q: str, search_handler: str | None = None, **parameters: Any
    ) -> pysolr.Results:
        """Search, as Solr's `/select` does.

        Args:
            q: the query.
            search_handler: not used; pysolr has it.
            parameters: fq, fl, rows, start, sort, facet.*, defType, qf, mm, df, q.op.

        Raises:
            SolrError: the query is none, or PostgreSQL refused.
        """
        del search_handler
        asked = request.read(q, self.schema, parameters)
        with transactions.reading() as connection:
            nodes = [asked.query, *asked.filters]
            conditions = Conditions(connection, self.schema, nodes)
            condition = sa.and_(*(conditions.of(node) for node in nodes))
            hits = connection.scalar(
                sa.select(sa.func.count()).select_from(tables.document).where(condition)
            )
            docs = self._page(connection, asked, condition) if asked.rows else []
            counted = facets.count(
                connection,
                condition,
                asked.facet_fields,
                limit=asked.facet_limit,
                mincount=asked.facet_mincount,
            )
        return pysolr.Results(
            {
                "response": {"docs": docs, "numFound": hits, "start": asked.start},
                "facet_counts": {"facet_fields": counted},
            }
        )

    def _page(
        self, connection: sa.Connection, asked: request.Request, condition: Condition
    ) -> list[dict[str, Any]]:
        score = ranking.score(asked.query, self.schema, asked.boosts)
        rows = connection.execute(
            sa.select(tables.document.c.index_id, score.label("score"))
            .where(condition)
            .order_by(*sorting.order(asked.sort, self.schema, score))
            .limit(asked.rows)
            .offset(asked.start)
        ).all()
        kept = store.fetch(connection, [row.index_id for row in rows], asked.fields)
        docs = [dict(kept[row.index_id]) for row in rows if row.index_id in kept]
        if asked.with_score:
            for doc, row in zip(docs, rows, strict=False):
                doc["score"] = row.score
        if self.decoder is None:
            return docs
        return self.decoder.decode(json.dumps(docs))

    def add(
        self, docs: list[dict[str, Any]] | dict[str, Any], **parameters: Any
    ) -> None:
        """Index documents, each in place of the one with the same `index_id`.

        Args:
            docs: one document or several.
            parameters: pysolr's; `commit` changes nothing, see `transactions`.

        Raises:
            SolrError: a document isn't one, or PostgreSQL refused.
        """
        del parameters
        several = [docs] if isinstance(docs, dict) else docs
        found = [document.read(doc, self.schema) for doc in several]
        with transactions.writing() as connection:
            store.put(connection, transactions.engine(), found)

    def delete(
        self,
        id: str | list[str] | None = None,  # noqa: A002 - pysolr's name
        q: str | None = None,
        **parameters: Any,
    ) -> None:
        """Take documents out of the index, by `index_id` or by a query.

        Raises:
            SolrError: the query is none, or PostgreSQL refused.
        """
        if (id is None) == (q is None):
            raise ValueError('You must specify "id" or "q", and not both.')
        del parameters
        with transactions.writing() as connection:
            if q is None:
                ids = [id] if isinstance(id, str) else list(id or [])
                condition = tables.document.c.index_id.in_(ids)
            else:
                node = local_params.parse(q, self.schema, {})
                condition = Conditions(connection, self.schema, [node]).of(node)
            store.remove(connection, condition)

    def commit(self, **parameters: Any) -> None:
        """Do nothing: what is written is committed already, or with CKAN's changes."""

    def optimize(self, **parameters: Any) -> None:
        """Do nothing: PostgreSQL's autovacuum looks after the index."""

    def ping(self, **parameters: Any) -> str:
        """Ask if the index's tables are there."""
        self.search("*:*", rows=0, **parameters)
        return '{"status": "OK"}'
