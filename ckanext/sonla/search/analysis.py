"""How text becomes words: Vietnamese first, after CKAN's `text` type otherwise.

Every word has two forms: folded, without case, tones or marks (`thuy` for `thủy`, `d`
for `đ`), which matches; and original, in Unicode's composed form, which ranks, so that
the exact accents come first. No stemmer: an English one cuts `thủy` to `thui`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Letters with the marks that no composed form has (Lao, Thai, stray accents).
_MARK = "\u0300-\u036f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece"
_PIECE = re.compile(rf"\d+|(?:[^\W\d_]|[{_MARK}])+")
_POSSESSIVE = re.compile(r"['\u2019]s(?![^\W_])", re.IGNORECASE)
# Letters that have no decomposition, as Lucene's ASCII folding has them.
_LETTERS = str.maketrans(
    {
        "đ": "d", "ð": "d", "ø": "o", "ł": "l", "ħ": "h", "ŧ": "t", "\u0131": "i",
        "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th",
    }
)  # fmt: skip
LONGEST_WORD = 100  # characters; a lexeme has at most 2046 bytes


@dataclass(frozen=True)
class Word:
    """A word of a text: where it stands, without and with its marks."""

    position: int
    folded: str
    original: str


def compose(text: str) -> str:
    """Compose letters and their marks (NFC), and drop what PostgreSQL can't hold."""
    sound = text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFC", sound)


def fold(text: str) -> str:
    """Take case, tones and marks away: `Đất đai` becomes `dat dai`."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in apart if not unicodedata.combining(c))
    return bare.translate(_LETTERS)


def _split_on_case(piece: str) -> list[str]:
    """Split `DataStore` into `Data` and `Store`."""
    if piece[1:].islower() or piece.isupper() or piece.isdigit():
        return [piece]
    parts, start = [], 0
    for at in range(1, len(piece)):
        if piece[at].isupper() and piece[at - 1].islower():
            parts.append(piece[start:at])
            start = at
    return [*parts, piece[start:]]


def _pieces(chunk: str) -> list[str]:
    return [
        part
        for piece in _PIECE.findall(_POSSESSIVE.sub("", chunk))
        for part in _split_on_case(piece)
    ]


def _runs(pieces: list[str]) -> Iterator[tuple[int, str]]:
    """Join neighbouring pieces of one kind: `wi`, `fi` also as `wifi`."""
    start = 0
    for at in range(1, len(pieces) + 1):
        kind = pieces[start].isdigit()
        if at == len(pieces) or pieces[at].isdigit() != kind:
            if at - start > 1:
                yield start, "".join(pieces[start:at])
            start = at


def _word(position: int, text: str) -> Word:
    short = text[:LONGEST_WORD]
    return Word(position, fold(short)[:LONGEST_WORD], short.lower())


def query_words(text: str) -> list[Word]:
    """Analyse what someone searches for."""
    found: list[Word] = []
    for chunk in compose(text).split():
        for piece in _pieces(chunk):
            word = _word(len(found), piece)
            if word.folded:
                found.append(word)
    return found


def index_words(text: str) -> list[Word]:
    """Analyse what is searched: as a query, plus the joined form of split words."""
    found: list[Word] = []
    position = 0
    for chunk in compose(text).split():
        pieces = _pieces(chunk)
        found += [_word(position + at, piece) for at, piece in enumerate(pieces)]
        if len(pieces) > 1:
            found += [_word(position + at, run) for at, run in _runs(pieces)]
        position += len(pieces)
    return [word for word in found if word.folded]


def pair(first: Word, second: Word) -> str:
    """Name two neighbouring words: most Vietnamese words are two syllables."""
    return f"{first.folded} {second.folded}"
