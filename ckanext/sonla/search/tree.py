"""What a query means, once its syntax is read: a small tree of values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Occur(Enum):
    """How a clause takes part in its query, as Lucene's BooleanClause has it."""

    MUST = "+"
    SHOULD = ""
    MUST_NOT = "-"


@dataclass(frozen=True)
class Everything:
    """`*:*`."""


@dataclass(frozen=True)
class Nothing:
    """A query whose text has no words; it matches no document."""


@dataclass(frozen=True)
class Term:
    """`field:text`: one value of a string field, or the words of a text field."""

    field: str
    text: str


@dataclass(frozen=True)
class Phrase:
    """`field:"text"`: words in this order, at most `slop` moves apart."""

    field: str
    text: str
    slop: int = 0


@dataclass(frozen=True)
class Pattern:
    """`field:te*t?`; `text` still has its backslashes."""

    field: str
    text: str


@dataclass(frozen=True)
class Similar:
    """`field:text~2`: at most `edits` letters differ."""

    field: str
    text: str
    edits: int


@dataclass(frozen=True)
class Range:
    """`field:[low TO high]`; None stands for `*`."""

    field: str
    low: str | None
    high: str | None
    with_low: bool
    with_high: bool


@dataclass(frozen=True)
class Present:
    """`field:*`: the document has some value in the field."""

    field: str


@dataclass(frozen=True)
class AtLeast:
    """At least `count` of the parts: dismax's minimum match."""

    parts: tuple[Node, ...]
    count: int


@dataclass(frozen=True)
class Boolean:
    """Clauses side by side: all MUST, no MUST_NOT, and a SHOULD if there is no MUST."""

    clauses: tuple[tuple[Occur, Node], ...]


Node = (
    Everything
    | Nothing
    | Term
    | Phrase
    | Pattern
    | Similar
    | Range
    | Present
    | AtLeast
    | Boolean
)
