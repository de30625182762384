"""Rows of an annex that are no line: headings of domains and agencies, totals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ckanext.sonla.catalogue.folding import fold
from ckanext.sonla.shared.msgid import N_

if TYPE_CHECKING:
    from ckanext.sonla.catalogue.directory import Directory
    from ckanext.sonla.catalogue.files.sheet import Row

    from .agencies import Agencies
    from .found import Annex
    from .header import Header

_CHAPTER = re.compile(r"^(?:[IVXLC]+|[A-ZĐ]|\d+(?:\.\d+)*)\s*[.)/:\-\u2013]+\s*")
_ROMAN = re.compile(r"(?:[IVXLC]+|[A-ZĐ])[.)]?")
_COUNT = re.compile(r"(?:[IVXLC]+|[A-ZĐ]|\d+(?:\.\d+)*)[.)]?")
_KIND = re.compile(
    r"(?i)^(?:(?:nhóm\s+)?(?:ngành,?\s*)?lĩnh vực|nhóm(?: dữ liệu)?|ngành|phần|mục)"
    r"(?:\s+[IVXLC\d]+)?\s*[:.\-\u2013]?\s+"
)
_RETIRED = ("bai bo", "huy bo", "dua ra khoi danh muc")
_FOOTERS = (
    "tong cong", "noi nhan", "ghi chu", "luu y", "kt", "tm", "tl", "q", "chu tich",
    "pho chu tich", "giam doc", "nguoi lap", "luu vt", "luu van thu", "chu thich",
    "thu truong", "xac nhan", "nhu tren", "nhu dieu",
)  # fmt: skip
_TOTAL = re.compile(
    r"tong cong\b|(?:tong(?: so)?|cong)(?:$| \d| (?:bo )?du lieu$| muc$| danh muc$)"
)
MOST_IN_FOOTER = 3


@dataclass
class Above:
    """What the headings above a line say of it."""

    domain: str = ""
    agency: str = ""
    wish: str | None = None


class Headings:
    """Tells lines from other rows, and keeps what the last headings said."""

    def __init__(
        self, found: Annex, header: Header, directory: Directory, agencies: Agencies
    ) -> None:
        self.above = Above()
        self.has_agencies = False
        self._found = found
        self._header = header
        self._directory = directory
        self._agencies = agencies
        self._position = header.place("position")
        self._outer = ""

    def take(self, row: Row, *, last: bool) -> bool:
        """Take a row that is no line; tell whether it was one.

        Args:
            row: a row that says something.
            last: whether no line comes after it.
        """
        if self._is_header_again(row):
            self._found.skips(row.number, "header", "")
            return True
        alone = self._alone(row)
        if alone is not None and self._heading(row, *alone):
            return True
        if self._is_footer(row, last=last):
            self._found.skips(row.number, "footer", " ".join(row.filled.values()))
            return True
        return False

    def _is_header_again(self, row: Row) -> bool:
        """Tell whether the headers stand there once more, as on a printed page."""
        texts = [
            (row.cell(number), self._header.texts.get(number, ""))
            for number in self._header.columns
        ]
        same = sum(bool(a) and fold(a) in fold(b) for a, b in texts)
        return same >= min(3, len(texts)) and all(
            not a or fold(a) in fold(b) for a, b in texts
        )

    def _alone(self, row: Row) -> tuple[str, str, bool] | None:
        """Return number and text of a row with nothing else, and whether it is wide."""
        filled = dict(row.filled)
        number = ""
        first = self._position if self._position in filled else min(filled, default=0)
        if len(filled) > 1 and _COUNT.fullmatch(filled[first]):
            number = filled.pop(first)
        # A heading may be typed into each cell of its merged row.
        if len(set(filled.values())) != 1:
            return None
        place, text = min(filled.items())
        title = self._header.place("title")
        is_wide = place in row.spans or len(filled) > 1
        if is_wide or number or place in (title, self._position, 0, 1):
            return number, text, is_wide
        return None

    def _heading(self, row: Row, number: str, text: str, is_wide: bool) -> bool:
        """Take a lone text as a heading of what follows, if it is one."""
        plain = _CHAPTER.sub("", text)
        bare = _KIND.sub("", plain)
        is_marked = plain != text or bare != plain or bool(_ROMAN.fullmatch(number))
        if any(one in fold(plain) for one in _RETIRED):
            self.above.wish = "retired"
        elif fold(plain).startswith(("bo sung", "sua doi")):
            self.above.wish = None
        elif domain := self._domain(text, plain, bare):
            self._enter("domain", domain)
        elif self._agencies.names(plain):
            self._enter("agency", plain)
            self.has_agencies = True
        elif _is_named(text) or self._is_total(plain):
            return False
        elif is_marked or is_wide:
            self._unlike(row, bare)
        else:
            return False
        self._found.skips(row.number, "heading", text)
        return True

    def _domain(self, *texts: str) -> str:
        return next((one for one in texts if self._directory.domain_id(one)), "")

    def _enter(self, kind: str, text: str) -> None:
        """Begin a part; a new outer part ends the inner one."""
        self._outer = self._outer or kind
        if kind == self._outer:
            self.above.domain = self.above.agency = ""
        setattr(self.above, kind, text)

    def _unlike(self, row: Row, text: str) -> None:
        """Take a heading that resembles a domain's name, or note that none does."""
        like = self._directory.domain_like(text)
        if like is None:
            self._unknown(row, text)
            return
        self._enter("domain", like)
        self._found.guesses(
            row.number, "domain", N_("{value} was read as {word}."),
            value=text[:200], word=self._directory.domain_title(like),
        )  # fmt: skip

    def _is_total(self, text: str) -> bool:
        return bool(_TOTAL.match(fold(text)))

    def _unknown(self, row: Row, text: str) -> None:
        """Note a heading that names no domain; lines without one can't be read."""
        self._enter("domain", "")
        note = self._found.guesses
        if "domain" not in self._header.fields:
            self.above.domain = text
            self._found.unknown_domains.add(text)
            note = self._found.blocks
        note(
            row.number, "domain", N_("The heading {value} names no domain."),
            value=text[:200],
        )  # fmt: skip

    def _is_footer(self, row: Row, *, last: bool) -> bool:
        """Tell whether a row is a total, or a note or signature below the lines."""
        filled = row.filled
        if not filled:
            return True
        first = filled[min(filled)]
        if self._position in filled and len(filled) > 1:
            first = filled[min(set(filled) - {self._position})]
        if self._is_total(first) and not self._says(row, "lead_agency"):
            return len(filled) <= MOST_IN_FOOTER
        if not last:
            return False
        few = len(filled) <= MOST_IN_FOOTER
        return few and (
            _is_named(first) or not self._says(row, "title") or len(filled) == 1
        )

    def _says(self, row: Row, name: str) -> bool:
        place = self._header.place(name)
        return place is not None and place in row.filled


def _is_named(text: str) -> bool:
    folded = fold(text)
    return any(folded == one or folded.startswith(f"{one} ") for one in _FOOTERS)
