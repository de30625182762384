"""What people type, without syntax: Solr's dismax parser.

Only `+`, `-`, quotes and the words AND and NOT have a meaning; nothing is an error.
"""

from __future__ import annotations

import re

from .analysis import query_words
from .errors import SolrError
from .lucene import MOST_CLAUSES
from .tree import AtLeast, Boolean, Node, Nothing, Occur, Phrase, Term

_PART = re.compile(r'([+-]?)(?:"([^"]*)"|(\S+))')
_CONDITION = re.compile(r"(\d+)\s*<\s*(-?\d+%?)")
DEFAULT_FIELDS = "text"


def boosts(qf: str) -> dict[str, float]:
    """Read `name^4 title^4 text` as fields and their weights."""
    found: dict[str, float] = {}
    for part in qf.split():
        name, _, boost = part.partition("^")
        try:
            found[name] = float(boost or 1)
        except ValueError as error:
            raise SolrError(f"Invalid qf: {part}") from error
    return found or boosts(DEFAULT_FIELDS)


def _share(count: int, spec: str) -> int:
    number = int(spec.rstrip("%"))
    if spec.endswith("%"):
        part = int(count * abs(number) / 100)
        return count - part if number < 0 else part
    return count + number if number < 0 else number


def minimum(count: int, mm: str) -> int:
    """Read Solr's minimum match: how many of `count` optional clauses must match.

    `2<-1 5<80%` means all of two, all but one of three to five, 80 % of more.
    """
    try:
        conditions = _CONDITION.findall(mm)
        if not conditions:
            result = _share(count, mm.strip())
        else:
            result = count
            for limit, spec in conditions:
                if count > int(limit):
                    result = _share(count, spec)
    except ValueError as error:
        raise SolrError(f"Invalid mm: {mm}") from error
    return max(0, min(count, result))


def _balanced(text: str) -> str:
    """Drop the quotes if one is missing, as Solr does."""
    return text if text.count('"') % 2 == 0 else text.replace('"', " ")


def _either(fields: dict[str, float], text: str, quoted: bool) -> Node | None:
    """Search every field of qf; `text` alone if it is one, for all is copied there."""
    if not query_words(text):
        return None
    names = ["text"] if "text" in fields else list(fields)
    parts = [Phrase(name, text) if quoted else Term(name, text) for name in names]
    if len(parts) == 1:
        return parts[0]
    return Boolean(tuple((Occur.SHOULD, part) for part in parts))


class _Typed:
    """Clauses of dismax: wanted ones, barred ones, and those of which some suffice."""

    def __init__(self) -> None:
        self.sides: list[tuple[Occur, Node]] = []
        self.optional: list[Node] = []
        self._before = ""

    def operator(self, word: str) -> None:
        """Take `AND`, `OR` or `NOT`; `a AND b` asks for both."""
        if word == "AND" and self.optional:
            self.sides.append((Occur.MUST, self.optional.pop()))
        self._before = word

    def add(self, sign: str, node: Node | None) -> None:
        """Take a word or phrase; None if there is no letter in it."""
        before, self._before = self._before, ""
        if node is None:
            return
        if sign == "-" or before == "NOT":
            self.sides.append((Occur.MUST_NOT, node))
        elif sign == "+" or before == "AND":
            self.sides.append((Occur.MUST, node))
        else:
            self.optional.append(node)
        if len(self.sides) + len(self.optional) > MOST_CLAUSES:
            raise SolrError("Query contains too many nested clauses")

    def node(self, mm: str) -> Node:
        """Join the clauses under the minimum match."""
        clauses = list(self.sides)
        if self.optional:
            count = minimum(len(self.optional), mm)
            alone = all(occur is not Occur.MUST for occur, _ in clauses)
            if count > 0 or alone:
                some = AtLeast(tuple(self.optional), max(count, 1))
                clauses.append((Occur.MUST, some))
        if all(occur is Occur.MUST_NOT for occur, _ in clauses):
            return Nothing()
        return Boolean(tuple(clauses))


def parse(text: str, *, qf: str, mm: str) -> Node:
    """Read what someone typed.

    Args:
        text: anything.
        qf: fields with weights; without `text` each is searched on its own.
        mm: minimum match.

    Returns:
        A tree; `Nothing` if there is no word in the text.
    """
    fields = boosts(qf)
    typed = _Typed()
    for sign, phrase, word in _PART.findall(_balanced(text)):
        if not sign and word in ("AND", "OR", "NOT"):
            typed.operator(word)
        else:
            typed.add(sign, _either(fields, phrase or word, bool(phrase)))
    return typed.node(mm)
