"""Solr's `sort`: titles in the order of the Vietnamese alphabet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import sqlalchemy as sa

from .conditions import DATES
from .errors import SolrError
from .tables import document

if TYPE_CHECKING:
    from .schema import Schema

VIETNAMESE = "vi-x-icu"
_CODES = {"id", "name", "index_id"}
_ORDER = re.compile(r"\s*([^\s,()]+)\s+(asc|desc)\s*", re.IGNORECASE)


def _value(field: str, schema: Schema) -> sa.ColumnElement:
    if field in DATES:
        return DATES[field]
    if field == "name":
        return document.c.name.collate("C")
    if field == "title_string":
        return document.c.title_string.collate(VIETNAMESE)
    kind = schema.field(field).kind
    if kind == "number":
        return sa.cast(document.c.sortable[field], sa.Numeric)
    code = field in _CODES or kind == "date"
    return document.c.sortable[field].astext.collate("C" if code else VIETNAMESE)


def order(
    sort: str, schema: Schema, score: sa.ColumnElement[float]
) -> list[sa.ColumnElement]:
    """Read `score desc, title_string asc`.

    Fields that no document has sort nothing (CKAN's home asks for `view_recent`).
    Documents without a value come last in strings, and count as 0 in dates and numbers.

    Raises:
        SolrError: in Solr's words, by which CKAN knows the error.
    """
    found: list[sa.ColumnElement] = []
    for part in sort.split(",") if sort.strip() else ["score desc"]:
        match = _ORDER.fullmatch(part)
        if match is None:
            raise SolrError(
                f"Can't determine a Sort Order (asc or desc) in sort spec '{sort}'"
            )
        field, down = match[1], match[2].lower() == "desc"
        if field == "score":
            found.append(score.desc() if down else score.asc())
            continue
        if schema.field(field).multiple:
            raise SolrError(f"can not sort on multivalued field: {field}")
        value = _value(field, schema)
        by_value = value.desc() if down else value.asc()
        low = schema.field(field).kind in ("date", "number")
        found.append(
            by_value.nulls_first() if low and not down else by_value.nulls_last()
        )
    # What was indexed first stands first, as in Lucene.
    return [*found, document.c.position.asc()]
