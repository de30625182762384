"""Words, phrases and patterns of text as conditions on the index's vectors."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY

from . import similar
from .analysis import fold, query_words
from .lexemes import fielded, quote
from .tables import document
from .tree import Phrase, Term

if TYPE_CHECKING:
    from .tree import Node, Pattern

Condition = sa.ColumnElement[bool]
MOST_COMBINATIONS = 20


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


def words(field: str, text: str) -> list[str]:
    """Write the words of a text as quoted lexemes of a field."""
    found = [word.folded for word in query_words(text)]
    return [quote(w if field == "text" else fielded(field, w)) for w in found]


def near(lexemes: list[str], slop: int) -> str:
    """Write words that stand in order with at most `slop` others between each two."""
    choices = [
        f"({first} <{distance}> {second})"
        for first, second in itertools.pairwise(lexemes)
        for distance in range(1, min(slop, 10) + 2)
    ]
    per_pair = min(slop, 10) + 1
    groups = [
        "(" + " | ".join(choices[at : at + per_pair]) + ")"
        for at in range(0, len(choices), per_pair)
    ]
    return " & ".join(groups)


def written(node: Node) -> str:
    """Write words or a phrase of `text` as a tsquery; empty for anything else."""
    if isinstance(node, Term) and node.field == "text":
        return " & ".join(words(node.field, node.text))
    if isinstance(node, Phrase) and node.field == "text" and not node.slop:
        return " <-> ".join(words(node.field, node.text))
    return ""


def at_least(queries: list[str], count: int) -> Condition:
    """Match `count` of several tsqueries, if possible by one question to the index."""
    count = min(count, len(queries))
    sets = list(
        itertools.islice(itertools.combinations(queries, count), MOST_COMBINATIONS + 1)
    )
    if len(sets) <= MOST_COMBINATIONS:
        parts = (" & ".join(f"({query})" for query in chosen) for chosen in sets)
        return matches(document.c.words, " | ".join(f"({part})" for part in parts))
    each = sa.func.unnest(sa.cast(queries, sa.ARRAY(sa.Text))).column_valued("query")
    found = document.c.words.op("@@", is_comparison=True)(sa.cast(each, TSQUERY))
    counted = sa.select(sa.func.count()).where(found).correlate(document)
    number = counted.scalar_subquery()
    some = " | ".join(f"({query})" for query in queries)
    return sa.and_(matches(document.c.words, some), number >= count)


def pattern(node: Pattern) -> Condition:
    """Match words with `*` and `?`; what stands before them narrows the search."""
    wanted = like(node.text, folded=True)
    column = document.c.words
    if node.field != "text":
        column = document.c.fielded
        wanted = fielded(node.field.replace("_", "\\_"), wanted)
    beginning = re.match(r"(?:\\.|[^%_\\])*", wanted, re.DOTALL)
    start = re.sub(r"\\(.)", r"\1", beginning.group() if beginning else "")
    conditions = [matches(column, f"{quote(start)}:*")] if start else []
    if wanted[len(beginning.group() if beginning else "") :] != "%":
        found = similar.vocabulary(column)
        conditions.append(
            sa.exists(
                sa.select(sa.literal(1))
                .select_from(found)
                .where(found.c.word.like(wanted), *similar.single(found.c.word))
            )
        )
    return sa.and_(*conditions)
