"""What people type, made plain: no hidden characters, nothing that turns lines round.

A sender's words are shown as text and never as HTML or Markdown, so only characters
that a reader can't see are taken out here; line breaks are kept where lines belong.
"""

from __future__ import annotations

import re
import unicodedata

# Line breaks of other systems, and those that only Unicode knows.
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Direction marks, zero-width characters, soft hyphens, tags, fillers: one sees none.
_HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
# Control characters but for tab and line feed, private and unassigned ones.
_NONE = ("Cc", "Co", "Cn", "Cs")
# More marks on one letter than any language has, which cover the lines above.
_MARK = "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]"
_MARKS = re.compile(f"({_MARK}{{4}}){_MARK}+")
_BLANKS = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r"\n{3,}")
_WORD = re.compile(r"\w+")
# Words of nearly every subject say nothing about what somebody asks for.
_COMMON = """
bang bo cac can cap cho chua co cong cua cuc danh de den du duoc gui ho hoi khong kien
la lieu mo mot muc nay nhieu o ra sach so sai ta tai the thieu thong tin tinh toi trong
tu va ve vi voi xem xin yeu cau
"""
COMMON = frozenset(_COMMON.split())
MOST_WORDS = 20


def one_line(given: str) -> str:
    """Return a text of one line; a line break in it is left for who refuses it."""
    return _BLANKS.sub(" ", _plain(given)).strip()


def lines(given: str) -> str:
    """Return a text of several lines, without blanks at their ends."""
    told = "\n".join(line.rstrip() for line in _plain(given).split("\n"))
    return _EMPTY_LINES.sub("\n\n", told).strip("\n")


def breaks(given: str) -> bool:
    """Tell whether a text has a line break, which no header of a mail may have."""
    return "\n" in _BREAKS.sub("\n", given)


def _plain(given: str) -> str:
    told = _HIDDEN.sub("", _BREAKS.sub("\n", given))
    told = "".join(
        one for one in told if one in "\n\t" or unicodedata.category(one) not in _NONE
    )
    return _MARKS.sub(r"\1", unicodedata.normalize("NFC", told))


def fold(text: str) -> str:
    """Return a text without accents and case, one blank between its words."""
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    plain = "".join(one for one in decomposed if not unicodedata.combining(one))
    return " ".join(_WORD.findall(plain))


def words_of(subject: str) -> list[str]:
    """Return the words of a subject that tell it from others, folded, each once."""
    said = dict.fromkeys(fold(subject).split())
    return [one for one in said if one not in COMMON and len(one) > 1][:MOST_WORDS]
