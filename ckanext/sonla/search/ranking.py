"""How well a document answers: weights of dismax, exact accents, neighbouring words."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY

from .analysis import Word, pair, query_words
from .document import WEIGHTS
from .lexemes import original, quote
from .tables import document
from .tree import AtLeast, Boolean, Node, Occur, Phrase, Term

if TYPE_CHECKING:
    from .schema import Schema

MOST_WORDS = 50  # of a query, that take part in ranking
NEIGHBOURS = 2.0  # two words side by side count twice as much as each on its own
BY_LENGTH = 1  # ts_rank divides by 1 + the logarithm of the document's length


def _texts(node: Node, schema: Schema) -> list[str]:
    """Collect the texts that a document should have, prohibited ones left out."""
    if isinstance(node, Boolean):
        wanted = [c for occur, c in node.clauses if occur is not Occur.MUST_NOT]
    elif isinstance(node, AtLeast):
        wanted = list(node.parts)
    else:
        wanted = []
        if isinstance(node, (Term, Phrase)) and schema.field(node.field).kind in (
            "text",
            "gram",
        ):
            return [node.text]
    return [text for clause in wanted for text in _texts(clause, schema)]


def weights(boosts: dict[str, float]) -> list[float]:
    """Turn qf's weights into those of ts_rank, in its order D, C, B, A.

    One weight stands for title and name, one for tags and groups, one for the rest.
    """
    by_letter = {"D": boosts.get("text", 1.0)}
    for name, letter in WEIGHTS.items():
        by_letter[letter] = max(by_letter.get(letter, 0.0), boosts.get(name, 0.0))
    highest = max(by_letter.values()) or 1.0
    return [by_letter.get(letter, 0.0) / highest for letter in "DCBA"]


def _rank(weighing: list[float], lexemes: list[str]) -> sa.ColumnElement[float]:
    query = " | ".join(dict.fromkeys(quote(lexeme) for lexeme in lexemes))
    return sa.func.ts_rank(
        sa.cast(weighing, sa.ARRAY(sa.REAL)),
        document.c.words,
        sa.cast(query, TSQUERY),
        BY_LENGTH,
    )


def score(
    node: Node, schema: Schema, boosts: dict[str, float]
) -> sa.ColumnElement[float]:
    """Answer the expression by which `score` sorts.

    Args:
        node: the main query; filters don't rank.
        schema: which fields hold text.
        boosts: qf's fields and weights.
    """
    words: list[Word] = []
    for text in dict.fromkeys(_texts(node, schema)):
        words += query_words(text)
    words = words[:MOST_WORDS]
    if not words:
        return sa.cast(sa.literal(1.0), sa.REAL)
    weighing = weights(boosts)
    parts = [_rank(weighing, [word.folded for word in words])]
    accented = [original(word) for word in words if word.original != word.folded]
    if accented:
        parts.append(_rank(weighing, accented))
    neighbours = [pair(a, b) for a, b in itertools.pairwise(words)]
    if neighbours:
        parts.append(NEIGHBOURS * _rank(weighing, neighbours))
    return sum(parts[1:], parts[0])
