"""Words that differ by a letter or two: `thongg~` finds `thong`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from .analysis import query_words
from .lexemes import fielded

if TYPE_CHECKING:
    from .tree import Similar

MOST_WORDS = 50  # Lucene's limit of expansions


def vocabulary(column: sa.Column[str]) -> sa.TableValuedAlias:
    """Unfold a tsvector into rows with a column `word`."""
    unfolded = sa.func.unnest(sa.func.tsvector_to_array(column))
    return unfolded.table_valued("word").render_derived()


def single(word: sa.ColumnElement[str]) -> list[sa.ColumnElement[bool]]:
    """Leave pairs of words and accented forms out."""
    return [sa.not_(word.like("% %")), sa.not_(word.like("=%"))]


def distance(first: str, second: str, most: int) -> int:
    """Count the letters to change, add or leave out; `most + 1` if it takes more."""
    row = list(range(len(second) + 1))
    for at, letter in enumerate(first, 1):
        above, row[0] = row[0], at
        for place, other in enumerate(second, 1):
            change = above + (letter != other)
            above = row[place]
            row[place] = min(change, above + 1, row[place - 1] + 1)
        if min(row) > most:
            return most + 1
    return row[-1]


def words(
    connection: sa.Connection, column: sa.Column[str], node: Similar
) -> list[str]:
    """Find the words of the index that are like a query's.

    Args:
        connection: where to look.
        column: the tsvector that is searched.
        node: the word and how many letters may differ; the first one may not, so that
            PostgreSQL hands over a part of the vocabulary only.

    Returns:
        Lexemes of the column, the nearest first.
    """
    start = "" if node.field == "text" else fielded(node.field, "")
    wanted = "".join(word.folded for word in query_words(node.text))
    found = vocabulary(column)
    length = len(start) + len(wanted)
    rows = connection.scalars(
        sa.select(found.c.word)
        .select_from(column.table.join(found, sa.true()))
        .where(
            found.c.word.startswith(start + wanted[:1], autoescape=True),
            sa.func.length(found.c.word).between(
                length - node.edits, length + node.edits
            ),
            *single(found.c.word),
        )
        .distinct()
    )
    near = sorted(
        (edits, word)
        for word in rows
        if (edits := distance(word[len(start) :], wanted, node.edits)) <= node.edits
    )
    return [word for _, word in near[:MOST_WORDS]]
