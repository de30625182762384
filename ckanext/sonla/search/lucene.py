"""Solr's standard query syntax, with its flat boolean rule.

With AND as default operator, `+a b OR c +d` means `+a b c +d`: every clause stands
beside the others. A parser that builds a tree of AND and OR puts `+d` under the OR, and
then a clause from outside gets round `+permission_labels:(…)`. The rule is Solr's
`SolrQueryParserBase.addClause`, kept word for word in `_Clauses.add`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from .analysis import query_words
from .errors import QuerySyntaxError, SolrError
from .tokens import Token, range_parts, tokens, unescape
from .tree import (
    Boolean,
    Everything,
    Node,
    Nothing,
    Occur,
    Pattern,
    Phrase,
    Present,
    Range,
    Similar,
    Term,
)

if TYPE_CHECKING:
    from .schema import Schema

DEEPEST = 50  # parentheses within parentheses
MOST_CLAUSES = 1024  # Solr's maxBooleanClauses
# CKAN makes field names of these characters only (KEY_CHARS), besides dots in names
# that plugins give. What else stands before a colon was typed by a person.
_FIELD = re.compile(r"[A-Za-z0-9_.\-]+")
_MAGIC = {"_query_", "_val_"}


class _Clauses:
    """Clauses of one level, joined by Solr's rule."""

    def __init__(self, default: str) -> None:
        self._and = default == "AND"
        self._found: list[tuple[Occur, Node]] = []

    def _change_last(self, occur: Occur) -> None:
        last, node = self._found[-1]
        if last is not Occur.MUST_NOT:
            self._found[-1] = (occur, node)

    def add(self, conjunction: str, modifier: str, node: Node | None) -> None:
        if self._found and conjunction == "and":
            self._change_last(Occur.MUST)
        if self._found and self._and and conjunction == "or":
            # `a OR b`: the first was read as required; `-a` stays prohibited.
            self._change_last(Occur.SHOULD)
        if node is None:  # its text had no words
            return
        if modifier == "not":
            occur = Occur.MUST_NOT
        elif self._and:
            occur = Occur.SHOULD if conjunction == "or" else Occur.MUST
        else:
            required = modifier == "plus" or conjunction == "and"
            occur = Occur.MUST if required else Occur.SHOULD
        self._found.append((occur, node))
        if len(self._found) > MOST_CLAUSES:
            raise SolrError("Query contains too many nested clauses")

    def node(self) -> Node | None:
        if not self._found:
            return None
        if len(self._found) == 1 and self._found[0][0] is not Occur.MUST_NOT:
            return self._found[0][1]
        return Boolean(tuple(self._found))


class _Parser:
    def __init__(self, text: str, schema: Schema, default: str) -> None:
        self._text = text
        self._schema = schema
        self._default = default
        self._tokens = tokens(text)
        self._at = 0
        self._depth = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self, *kinds: str) -> Token | None:
        token = self._next
        if token.kind not in kinds:
            return None
        self._at += 1
        return token

    def _refuse(self) -> QuerySyntaxError:
        token = self._next
        seen = repr(token.text) if token.text else "its end"
        return QuerySyntaxError(
            f"org.apache.solr.search.SyntaxError: Cannot parse '{self._text}': "
            f"unexpected {seen} at position {token.at}"
        )

    def query(self, field: str) -> Node | None:
        """Query: Modifiers Clause ( Conjunction Modifiers Clause )*."""
        clauses = _Clauses(self._default)
        conjunction = ""
        while True:
            token = self._take("plus", "not")
            clauses.add(conjunction, token.kind if token else "", self._clause(field))
            token = self._take("and", "or")
            conjunction = token.kind if token else ""
            if not token and self._next.kind in ("end", "close"):
                return clauses.node()

    def whole(self, field: str) -> Node | None:
        node = self.query(field)
        if self._next.kind != "end":
            raise self._refuse()
        return node

    def _clause(self, field: str) -> Node | None:
        named = self._tokens[self._at]
        if (
            named.kind in ("term", "star")
            and self._tokens[self._at + 1].kind == "colon"
        ):
            self._at += 2
            field = "*" if named.kind == "star" else self._field(named)
        if named.text == "filter" and self._tokens[self._at + 1].kind == "open":
            self._at += 1
        if self._take("open"):
            return self._group(field)
        return self._value(field)

    def _field(self, token: Token) -> str:
        name = unescape(token.text)
        if name in _MAGIC:
            raise SolrError("Magic fields are not supported")
        if not _FIELD.fullmatch(name):
            raise QuerySyntaxError(f"undefined field {name}")
        return name

    def _group(self, field: str) -> Node | None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise SolrError("Query contains too many nested clauses")
        node = self.query(field)
        if not self._take("close"):
            raise self._refuse()
        self._take("boost")
        self._depth -= 1
        return node

    def _value(self, field: str) -> Node | None:
        token = self._take("term", "star", "pattern", "quoted", "range", "bare")
        if token is None:
            raise self._refuse()
        slop = self._take("slop")
        boost = self._take("boost")
        if boost and not slop:
            slop = self._take("slop")
        return getattr(self, f"_{token.kind}")(field, token.text, slop)

    def _term(self, field: str, raw: str, slop: Token | None) -> Node | None:
        text = unescape(raw)
        if self._schema.field(field).kind == "text" and not query_words(text):
            return None
        if slop is not None:
            edits = float(slop.text[1:] or 2)
            # Before Lucene 4 a similarity between 0 and 1 stood here.
            return Similar(field, text, int(min(edits, 2)) if edits >= 1 else 2)
        return Term(field, text)

    def _bare(self, field: str, raw: str, slop: Token | None) -> Node | None:
        return self._term(field, raw, slop)

    def _star(self, field: str, raw: str, slop: Token | None) -> Node:
        del raw, slop
        return Everything() if field == "*" else Present(field)

    def _pattern(self, field: str, raw: str, slop: Token | None) -> Node:
        del slop
        return Pattern(field, raw)

    def _quoted(self, field: str, raw: str, slop: Token | None) -> Node | None:
        text = unescape(raw[1:-1])
        if self._schema.field(field).kind == "text" and not query_words(text):
            return None
        distance = float(slop.text[1:] or 0) if slop else 0
        return Phrase(field, text, int(min(distance, 1000)))

    def _range(self, field: str, raw: str, slop: Token | None) -> Node:
        del slop
        with_low, low, high, with_high = range_parts(raw)
        if low == high == "*":
            return Everything() if field == "*" else Present(field)
        ends = [None if end == "*" else _end(end) for end in (low, high)]
        return Range(field, ends[0], ends[1], with_low, with_high)


def _end(text: str) -> str:
    return unescape(text[1:-1] if text.startswith('"') else text)


def _with_top(node: Node) -> Node:
    """Give a query of prohibitions only something to take away from, as Solr does."""
    if isinstance(node, Boolean) and all(
        occur is Occur.MUST_NOT for occur, _ in node.clauses
    ):
        return replace(node, clauses=((Occur.MUST, Everything()), *node.clauses))
    return node


def parse(
    text: str, schema: Schema, *, default: str = "OR", field: str = "text"
) -> Node:
    """Read a query in Solr's standard syntax.

    Args:
        text: the query.
        schema: which fields are text and which are values.
        default: the operator between clauses, `AND` or `OR` (parameter `q.op`).
        field: where clauses without a field search (parameter `df`).

    Returns:
        What it means; `Nothing` if no clause has a word in it.

    Raises:
        SolrError: Solr would refuse the query too.
    """
    if not text.strip():
        return Nothing()
    node = _Parser(text, schema, default.upper()).whole(field)
    return Nothing() if node is None else _with_top(node)
