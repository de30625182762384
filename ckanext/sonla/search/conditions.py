"""A query's tree as conditions on the index's tables.

Every text of the query reaches PostgreSQL as a parameter.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import sqlalchemy as sa

from . import dates, similar, terms, text_conditions
from .analysis import fold
from .document import PRESENT
from .document import Term as DictionaryTerm
from .errors import QuerySyntaxError, SolrError
from .lexemes import quote
from .tables import document, term
from .tree import (
    AtLeast,
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
    from collections.abc import Iterator

    from .schema import Schema

Condition = sa.ColumnElement[bool]
DATES = {
    "metadata_created": document.c.metadata_created,
    "metadata_modified": document.c.metadata_modified,
}
_INTEGERS = sa.ARRAY(sa.Integer)
MOST_ALTERNATIVES = 100  # where each is a condition of its own


def leaves(node: Node) -> Iterator[Node]:
    """Walk over a tree's clauses that have no clauses of their own."""
    if isinstance(node, Boolean):
        for _, clause in node.clauses:
            yield from leaves(clause)
    elif isinstance(node, AtLeast):
        for part in node.parts:
            yield from leaves(part)
    else:
        yield node


class Conditions:
    """Turns trees into conditions, after it looked up all their terms at once."""

    def __init__(
        self, connection: sa.Connection, schema: Schema, nodes: list[Node]
    ) -> None:
        self._schema = schema
        self._connection = connection
        wanted = {
            found
            for node in nodes
            for leaf in leaves(node)
            if (found := self._dictionary_term(leaf)) is not None
        }
        self._numbers = terms.numbers(connection, wanted)

    def _kind(self, field: str) -> str:
        return self._schema.field(field).kind

    def _dictionary_term(self, leaf: Node) -> DictionaryTerm | None:
        if isinstance(leaf, Present):
            return PRESENT, leaf.field
        if (
            isinstance(leaf, (Term, Phrase, Similar))
            and self._kind(leaf.field) == "string"
        ):
            return leaf.field, leaf.text
        return None

    def of(self, node: Node) -> Condition:
        """Answer the condition under which a document matches."""
        return getattr(self, f"_{type(node).__name__.lower()}")(node)

    def _everything(self, node: Everything) -> Condition:
        del node
        return sa.true()

    def _nothing(self, node: Nothing) -> Condition:
        del node
        return sa.false()

    def _has(self, found: DictionaryTerm) -> Condition:
        number = self._numbers.get(found)
        if number is None:
            return sa.false()
        return document.c.terms.op("@>", is_comparison=True)(
            sa.cast([number], _INTEGERS)
        )

    def _present(self, node: Present) -> Condition:
        return self._has((PRESENT, node.field))

    def _term(self, node: Term | Similar) -> Condition:
        kind = self._kind(node.field)
        if kind == "string":
            return self._has((node.field, node.text))
        if kind == "gram":
            return self._grams(node.field, node.text)
        if kind == "text":
            words = text_conditions.words(node.field, node.text)
            return self._words(node.field, " & ".join(words))
        return self._equal(node.field, node.text)

    def _similar(self, node: Similar) -> Condition:
        if self._kind(node.field) != "text":
            return self._term(node)
        column = document.c.words if node.field == "text" else document.c.fielded
        found = similar.words(self._connection, column, node)
        return self._words(node.field, " | ".join(map(quote, found)))

    def _phrase(self, node: Phrase) -> Condition:
        if self._kind(node.field) != "text":
            return self._term(Term(node.field, node.text))
        words = text_conditions.words(node.field, node.text)
        if node.slop and len(words) > 1:
            return self._words(node.field, text_conditions.near(words, node.slop))
        return self._words(node.field, " <-> ".join(words))

    @staticmethod
    def _words(field: str, query: str) -> Condition:
        if not query:
            return sa.false()
        column = document.c.words if field == "text" else document.c.fielded
        return text_conditions.matches(column, query)

    @staticmethod
    def _grams(field: str, text: str) -> Condition:
        parts = [re.sub(r"(\W)", r"\\\1", fold(part)) for part in text.split()]
        if not parts:
            return sa.false()
        return sa.and_(
            *(
                document.c.grams.regexp_match(rf"(?n)^{field}:.*{part}")
                for part in parts
            )
        )

    def _equal(self, field: str, text: str) -> Condition:
        column, value = self._ordered(field, text)
        return sa.and_(column.is_not(None), column == value)

    def _ordered(self, field: str, text: str) -> tuple[sa.ColumnElement, object]:
        """Answer a date's or number's column, and what to compare it with."""
        if self._kind(field) == "date":
            moment = dates.moment(text)
            if field in DATES:
                return DATES[field], moment
            column = document.c.sortable[field].astext.collate("C")
            return column, moment.isoformat(timespec="microseconds")
        try:
            value = float(text)
        except ValueError as error:
            raise SolrError(f"Invalid Number: {text}") from error
        return sa.cast(document.c.sortable[field], sa.Numeric), value

    def _range(self, node: Range) -> Condition:
        kind = self._kind(node.field)
        if kind == "string":
            return self._string_range(node)
        if kind not in ("date", "number"):
            raise QuerySyntaxError(f"Can't search a range of the text {node.field}")
        conditions: list[Condition] = []
        for text, inclusive, above in (
            (node.low, node.with_low, True),
            (node.high, node.with_high, False),
        ):
            if text is not None:
                column, value = self._ordered(node.field, text)
                conditions += [
                    column.is_not(None),
                    _compare(column, value, inclusive, above),
                ]
        return sa.and_(*conditions)

    def _string_range(self, node: Range) -> Condition:
        value = term.c.value.collate("C")
        conditions = [
            _compare(value, text, inclusive, above)
            for text, inclusive, above in (
                (node.low, node.with_low, True),
                (node.high, node.with_high, False),
            )
            if text is not None
        ]
        return self._any_term(node.field, *conditions)

    @staticmethod
    def _any_term(field: str, *conditions: Condition) -> Condition:
        found = sa.select(term.c.id).where(term.c.field == field, *conditions)
        return document.c.terms.op("&&", is_comparison=True)(
            sa.func.array(found.scalar_subquery())
        )

    def _pattern(self, node: Pattern) -> Condition:
        kind = self._kind(node.field)
        if kind == "string":
            pattern = text_conditions.like(node.text, folded=False)
            return self._any_term(node.field, term.c.value.like(pattern))
        if kind != "text":
            raise QuerySyntaxError(f"Can't search a pattern in {node.field}")
        return text_conditions.pattern(node)

    def _atleast(self, node: AtLeast) -> Condition:
        written = [text_conditions.written(part) for part in node.parts]
        if all(written):
            return text_conditions.at_least(written, node.count)
        if len(node.parts) > MOST_ALTERNATIVES:
            raise SolrError("Query contains too many nested clauses")
        parts = [self.of(part) for part in node.parts]
        number = sum((sa.cast(part, sa.Integer) for part in parts), sa.literal(0))
        return sa.and_(sa.or_(*parts), number >= min(node.count, len(parts)))

    def _boolean(self, node: Boolean) -> Condition:
        by_occur: dict[Occur, list[Condition]] = {occur: [] for occur in Occur}
        for occur, clause in node.clauses:
            by_occur[occur].append(self.of(clause))
        wanted = by_occur[Occur.MUST]
        if not wanted:
            # A nested query of prohibitions only matches nothing, as in Lucene.
            wanted = [sa.or_(sa.false(), *by_occur[Occur.SHOULD])]
        return sa.and_(*wanted, *map(sa.not_, by_occur[Occur.MUST_NOT]))


def _compare(
    column: sa.ColumnElement, value: object, inclusive: bool, above: bool
) -> Condition:
    if above:
        return column >= value if inclusive else column > value
    return column <= value if inclusive else column < value
