"""Solr's `{!parser name=value}rest`: the parsers lucene, bool, dismax, term, field.

CKAN refuses them unless `ckan.search.solr_allowed_query_parsers` names them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from . import dismax, lucene
from .errors import QuerySyntaxError, SolrError
from .tree import Boolean, Everything, Node, Nothing, Occur, Phrase

if TYPE_CHECKING:
    from .schema import Schema

_HEAD = re.compile(r"\s*\{!((?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|[^}\"'])*)\}")
_PAIR = re.compile(
    r"""\s*(?:([\w.]+)\s*=\s*)?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s"'=]+)"""
)


def _unquote(value: str) -> str:
    if value[:1] in ("'", '"'):
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value


def _pairs(head: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while at < len(head.rstrip()):
        match = _PAIR.match(head, at)
        if match is None:
            raise QuerySyntaxError(f"Cannot parse local parameters '{{!{head}}}'")
        found.append((match[1] or "type", _unquote(match[2])))
        at = match.end()
    return found


def parse(text: str, schema: Schema, parameters: dict[str, Any]) -> Node:
    """Read a query that may begin with local parameters.

    Args:
        text: the query.
        schema: which fields are of which kind.
        parameters: the request's; `q.op` and `df` hold unless the query says otherwise.

    Raises:
        SolrError: the syntax is wrong, or the parser is none of those above.
    """
    match = _HEAD.match(text)
    if match is None:
        return lucene.parse(
            text,
            schema,
            default=parameters.get("q.op") or "OR",
            field=parameters.get("df") or "text",
        )
    pairs = _pairs(match[1])
    own = {**parameters, **dict(pairs)}
    rest = own.get("v") or text[match.end() :]
    kind = own.get("type", "lucene")
    if kind == "lucene":
        return parse(_plain(rest), schema, own)
    if kind == "bool":
        return _bool(pairs, schema, parameters)
    if kind in ("dismax", "edismax"):
        qf, mm = own.get("qf") or "text", str(own.get("mm") or "100%")
        return dismax.parse(rest, qf=qf, mm=mm)
    if kind in ("term", "field", "raw"):
        return Phrase(own.get("f") or "text", rest)
    raise SolrError(f"Unknown query parser '{kind}'")


def _plain(text: str) -> str:
    """Refuse local parameters within local parameters."""
    if text.lstrip().startswith("{!"):
        raise QuerySyntaxError("Nested local parameters are not supported")
    return text


def _bool(
    pairs: list[tuple[str, str]], schema: Schema, parameters: dict[str, Any]
) -> Node:
    occurs = {
        "must": Occur.MUST,
        "filter": Occur.MUST,
        "should": Occur.SHOULD,
        "must_not": Occur.MUST_NOT,
    }
    clauses = [
        (occurs[name], parse(_plain(value), schema, parameters))
        for name, value in pairs
        if name in occurs
    ]
    if not clauses:
        return Nothing()
    if all(occur is Occur.MUST_NOT for occur, _ in clauses):
        clauses.insert(0, (Occur.MUST, Everything()))
    return Boolean(tuple(clauses))
