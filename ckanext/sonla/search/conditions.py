"""A query's tree as conditions on the index's tables.

Every text of the query reaches PostgreSQL as a parameter.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY

from . import dates, similar, terms
from .analysis import fold, query_words
from .document import PRESENT
from .document import Term as DictionaryTerm
from .errors import QuerySyntaxError, SolrError
from .lexemes import fielded, quote
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
MOST_COMBINATIONS = 20


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


def matches(column: sa.Column[str], query: str) -> Condition:
    """Match a tsvector with a tsquery that is written out."""
    return column.op("@@", is_comparison=True)(sa.cast(query, TSQUERY))


def like(raw: str, *, folded: bool) -> str:
    """Turn a pattern with `*`, `?` and backslashes into one for LIKE."""
    parts = []
    for part in re.findall(r"\\.|[^\\]", raw, flags=re.DOTALL):
        if part in "*?":
            parts.append("%" if part == "*" else "_")
        else:
            plain = fold(part[-1]) if folded else part[-1]
            parts += [f"\\{char}" if char in "%_\\" else char for char in plain]
    return "".join(parts)


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
            words = _words(node.field, node.text)
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
        words = _words(node.field, node.text)
        if node.slop and len(words) > 1:
            return self._words(node.field, _near(words, node.slop))
        return self._words(node.field, " <-> ".join(words))

    @staticmethod
    def _words(field: str, query: str) -> Condition:
        if not query:
            return sa.false()
        column = document.c.words if field == "text" else document.c.fielded
        return matches(column, query)

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
            pattern = like(node.text, folded=False)
            return self._any_term(node.field, term.c.value.like(pattern))
        if kind != "text":
            raise QuerySyntaxError(f"Can't search a pattern in {node.field}")
        return _text_pattern(node)

    def _atleast(self, node: AtLeast) -> Condition:
        count = min(node.count, len(node.parts))
        choices = list(
            itertools.islice(
                itertools.combinations(range(len(node.parts)), count),
                MOST_COMBINATIONS + 1,
            )
        )
        few = len(choices) <= MOST_COMBINATIONS
        words = [self._literal(part) for part in node.parts]
        if few and all(words):
            # One question to the text index in place of one a word.
            sets = (" & ".join(f"({words[at]})" for at in chosen) for chosen in choices)
            return matches(document.c.words, " | ".join(f"({one})" for one in sets))
        parts = [self.of(part) for part in node.parts]
        if few:
            return sa.or_(
                *(sa.and_(*(parts[at] for at in chosen)) for chosen in choices)
            )
        number = sum((sa.cast(part, sa.Integer) for part in parts), sa.literal(0))
        return sa.and_(sa.or_(*parts), number >= count)

    @staticmethod
    def _literal(node: Node) -> str:
        """Write words or a phrase of `text` as a tsquery; empty for anything else."""
        if isinstance(node, Term) and node.field == "text":
            return " & ".join(_words(node.field, node.text))
        if isinstance(node, Phrase) and node.field == "text" and not node.slop:
            return " <-> ".join(_words(node.field, node.text))
        return ""

    def _boolean(self, node: Boolean) -> Condition:
        by_occur: dict[Occur, list[Condition]] = {occur: [] for occur in Occur}
        for occur, clause in node.clauses:
            by_occur[occur].append(self.of(clause))
        wanted = by_occur[Occur.MUST]
        if not wanted:
            # A nested query of prohibitions only matches nothing, as in Lucene.
            wanted = [sa.or_(sa.false(), *by_occur[Occur.SHOULD])]
        return sa.and_(*wanted, *map(sa.not_, by_occur[Occur.MUST_NOT]))


def _words(field: str, text: str) -> list[str]:
    words = [word.folded for word in query_words(text)]
    return [quote(w if field == "text" else fielded(field, w)) for w in words]


def _near(words: list[str], slop: int) -> str:
    """Write words that stand in order with at most `slop` others between each two."""
    choices = [
        f"({first} <{distance}> {second})"
        for first, second in itertools.pairwise(words)
        for distance in range(1, min(slop, 10) + 2)
    ]
    per_pair = min(slop, 10) + 1
    groups = [
        "(" + " | ".join(choices[at : at + per_pair]) + ")"
        for at in range(0, len(choices), per_pair)
    ]
    return " & ".join(groups)


def _compare(
    column: sa.ColumnElement, value: object, inclusive: bool, above: bool
) -> Condition:
    if above:
        return column >= value if inclusive else column > value
    return column <= value if inclusive else column < value


def _text_pattern(node: Pattern) -> Condition:
    pattern = like(node.text, folded=True)
    column = document.c.words
    if node.field != "text":
        column = document.c.fielded
        pattern = fielded(node.field.replace("_", "\\_"), pattern)
    beginning = re.match(r"(?:\\.|[^%_\\])*", pattern, re.DOTALL)
    start = re.sub(r"\\(.)", r"\1", beginning.group() if beginning else "")
    conditions = [matches(column, f"{quote(start)}:*")] if start else []
    if pattern[len(beginning.group() if beginning else "") :] != "%":
        words = similar.vocabulary(column)
        conditions.append(
            sa.exists(
                sa.select(sa.literal(1))
                .select_from(words)
                .where(words.c.word.like(pattern), *similar.single(words.c.word))
            )
        )
    return sa.and_(*conditions)
