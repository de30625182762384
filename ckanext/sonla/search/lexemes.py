"""PostgreSQL's `tsvector` and `tsquery`, written from words that are already analysed.

PostgreSQL's own parsers are not used: they know nothing of Vietnamese. Lexemes are
quoted, and the whole literal goes to the database as one parameter.
"""

from __future__ import annotations

from collections import defaultdict

from .analysis import Word, pair

LAST_POSITION = 16383  # PostgreSQL's own limit
MOST_POSITIONS = 64  # of one lexeme; ranking gains nothing from more
MOST_BYTES = 600_000  # a tsvector has at most 1 MiB
GAP = 10  # between two values, so that no phrase spans them


def quote(lexeme: str) -> str:
    """Quote a lexeme for a tsvector or tsquery literal."""
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def original(word: Word) -> str:
    """Name the accented form of a word, apart from all folded ones."""
    return f"={word.original}"


class Vector:
    """A tsvector under construction; more text than fits is left out at the end."""

    def __init__(self) -> None:
        self._places: dict[str, list[str]] = defaultdict(list)
        self._next = 1
        self._bytes = 0

    def _put(self, lexeme: str, position: int, weight: str) -> None:
        places = self._places[lexeme]
        if not places:
            self._bytes += len(lexeme.encode()) + 8
        if len(places) < MOST_POSITIONS:
            places.append(f"{min(position, LAST_POSITION)}{weight}")
            self._bytes += 2

    def add(self, words: list[Word], weight: str = "D") -> None:
        """Add a value's words, their accented forms and their neighbours."""
        last: Word | None = None
        for word in words:
            if self._bytes > MOST_BYTES:
                return
            at = self._next + word.position
            self._put(word.folded, at, weight)
            if word.original != word.folded:
                self._put(original(word), at, weight)
            if last is not None and word.position == last.position + 1:
                self._put(pair(last, word), at, weight)
            if last is None or word.position > last.position:
                last = word
        if words:
            self._next += max(word.position for word in words) + GAP

    def add_fielded(self, field: str, words: list[Word]) -> None:
        """Add a value's words so that they are found in this field only."""
        for word in words:
            if self._bytes > MOST_BYTES:
                return
            self._put(fielded(field, word.folded), self._next + word.position, "")
        if words:
            self._next += max(word.position for word in words) + GAP

    def literal(self) -> str:
        """Write the tsvector."""
        return " ".join(
            f"{quote(lexeme)}:{','.join(places)}"
            for lexeme, places in self._places.items()
        )


def fielded(field: str, word: str) -> str:
    """Name a word of one field."""
    return f"{field}:{word}"
