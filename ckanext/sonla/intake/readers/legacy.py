"""TCVN3 (ABC) and VNI: Vietnamese written with fonts of its own, before Unicode.

Such text looks like Western letters, in spreadsheets and in text files alike: `X·
M­êng Vµ` is `Xã Mường Và` in TCVN3, `Xaõ Möôøng Vaø` in VNI. No maintained library
converts it, so the two tables are here. It is told from Unicode by its syllables.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from ckanext.sonla.intake.problems import Unreadable
from ckanext.sonla.shared.findings import INFORMS, Finding
from ckanext.sonla.shared.msgid import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .table import RawTable, Row

SAMPLE_ROWS = 200
# Different words that it takes. Bytes that are no UTF-8 are a strong sign already,
# letters of Unicode none.
ENOUGH = 6
ENOUGH_BYTES = 3
MOSTLY = 0.7

# TCVN 5712:1993, VN3: from 0xA1 on; capitals with tones are a matter of the font.
_TCVN3_FROM = (
    "¡¢£¤¥¦§¨©ª«¬\u00ad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ"  # noqa: RUF001 - the letters that such fonts replace
)
_TCVN3_TO = "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"
_TCVN3 = str.maketrans(_TCVN3_FROM, _TCVN3_TO)

# VNI: a vowel with the mark behind it; some letters stand alone.
_VNI_TONES = dict(zip("ùøûõï", "\u0301\u0300\u0309\u0303\u0323", strict=True))
_VNI_ROUND = dict(zip("âáàåãä", ("", *_VNI_TONES.values()), strict=True))
_VNI_SHORT = {
    "ê": "", "é": "\u0301", "è": "\u0300", "ú": "\u0309", "ü": "\u0303", "ë": "\u0323",
}  # fmt: skip
_VNI_ALONE = {
    "ñ": "đ", "ô": "ơ", "ö": "ư", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ",
}  # fmt: skip
_SYLLABLE = re.compile(
    r"(ngh|ng|nh|gh|gi|ph|th|tr|ch|kh|qu|[bcdđghklmnprstvx])?"
    r"[aăâeêioôơuưy]{1,3}(ch|ng|nh|[ckmnpt])?"
)
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_LATIN = re.compile("[A-Za-z]")
_WORD = re.compile(r"[^\s\d!-@\[-`{-~]+")


def _vni_pairs() -> dict[str, str]:
    pairs: dict[str, str] = {}
    for vowel in "aeouyôö":
        plain = _VNI_ALONE.get(vowel, vowel)
        for mark, tone in _VNI_TONES.items():
            pairs[vowel + mark] = plain + tone
    for vowel in "aeo":
        for mark, tone in _VNI_ROUND.items():
            pairs[vowel + mark] = vowel + "\u0302" + tone
    for mark, tone in _VNI_SHORT.items():
        pairs["a" + mark] = "a\u0306" + tone
    pairs |= _VNI_ALONE
    composed = {old: unicodedata.normalize("NFC", new) for old, new in pairs.items()}
    capitals = {old.upper(): new.upper() for old, new in composed.items()}
    mixed = {
        old[0].upper() + old[1:]: new.upper()
        for old, new in composed.items()
        if len(old) > 1
    }
    return composed | mixed | capitals


_VNI = _vni_pairs()
_VNI_FORM = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))


def from_tcvn3(text: str) -> str:
    """Return TCVN3 text in Unicode."""

    if _is_capital(text):
        return text.translate(_TCVN3).upper()
    return _WORD.sub(
        lambda found: (
            found[0].translate(_TCVN3).upper()
            if _is_capital(found[0])
            else found[0].translate(_TCVN3)
        ),
        text,
    )


def _is_capital(text: str) -> bool:
    """Tell whether a font of capitals was meant: only the plain letters say so."""
    letters = [one for one in text if one.isascii() and one.isalpha()]
    return len(letters) > 1 and all(one.isupper() for one in letters)


def from_vni(text: str) -> str:
    """Return VNI text in Unicode."""
    return _VNI_FORM.sub(lambda found: _VNI[found[0]], text)


CONVERTERS: dict[str, Callable[[str], str]] = {"tcvn3": from_tcvn3, "vni": from_vni}


def fitness(texts: Iterable[str]) -> tuple[float, int]:
    """Return how many of the words beyond ASCII are Vietnamese, and how many there are.

    Only a share tells: names of other peoples and abbreviations are no syllables.
    """
    right = count = 0
    for text in texts:
        if text.isascii():
            continue
        for word in _WORD.findall(text):
            if not word.isascii():
                count += 1
                right += _is_syllable(word)
    return (right / count if count else 1.0), count


def _is_syllable(word: str) -> bool:
    # An apostrophe or a dash of typography is no letter of it.
    word = word.strip("“”‘’–—…·«»").lower()  # noqa: RUF001 - on purpose
    apart = unicodedata.normalize("NFD", word)
    if len(_TONES.findall(apart)) > 1:
        return False
    plain = unicodedata.normalize("NFC", _TONES.sub("", apart))
    return bool(_SYLLABLE.fullmatch(plain))


def _mixed(texts: list[str]) -> set[str]:
    """Return the words of letters beyond ASCII beside letters of it.

    Lone signs, however many, are no text in an old encoding: hardly a Vietnamese word
    has no letter that stayed what it was.
    """
    return {
        word
        for text in texts
        if not text.isascii()
        for word in _WORD.findall(text)
        if not word.isascii() and _LATIN.search(word)
    }


def detected(texts: list[str], enough: int = ENOUGH) -> str | None:
    """Return `tcvn3` or `vni` for text in one of them, None for text in Unicode."""
    now, _ = fitness(texts)
    if now >= MOSTLY or len(_mixed(texts)) < enough:
        return None
    fits = {
        name: fitness(map(convert, texts))[0] for name, convert in CONVERTERS.items()
    }
    best = max(fits, key=lambda name: fits[name])
    return best if fits[best] >= MOSTLY and fits[best] > now else None


def converted(table: RawTable, chosen: str | None) -> RawTable:
    """Return the table with its texts in Unicode, where that was chosen.

    A reader that found an old encoding in the file's bytes names it in the table.

    Raises:
        Unreadable: for text of the kind about which nobody chose anything yet.
    """
    peeked: list[Row] = []
    for row in table.rows:
        peeked.append(row)
        if len(peeked) == SAMPLE_ROWS:
            break
    texts = [cell for row in peeked for cell in row if isinstance(cell, str)]
    name = table.encoding if table.encoding in CONVERTERS else detected(texts)
    if chosen in CONVERTERS:
        # What was chosen for an earlier file isn't done to text that is right.
        right, count = fitness(texts)
        name = chosen if count == 0 or right < MOSTLY or name else None
    elif name is not None and chosen is None:
        raise _old(table, name)
    else:
        name = None
    if name is None:
        table.rows = _again(peeked, table.rows)
        return table
    table.encoding = name
    table.notes.append(
        Finding(
            "encoding",
            INFORMS,
            N_("The table was converted from {encoding} to UTF-8."),
            {"encoding": name.upper()},
        )
    )
    table.rows = _unicode(_again(peeked, table.rows), CONVERTERS[name])
    return table


def _old(table: RawTable, name: str) -> Unreadable:
    """Return the refusal of a file in an old encoding, with what to choose."""
    return Unreadable(
        "encoding.legacy",
        N_(
            "The text is written in {encoding}, not in Unicode. Choose to have it "
            "converted, or save the file in Unicode and upload it again."
        ),
        params={"encoding": name.upper()},
        known={
            "encoding": name,
            "sheet": table.sheet,
            "sheets": table.sheets,
            "suggested": {"encoding": name},
        },
    )


def _again(peeked: list[Row], rest: Iterator[Row]) -> Iterator[Row]:
    yield from peeked
    yield from rest


def _unicode(rows: Iterator[Row], convert: Callable[[str], str]) -> Iterator[Row]:
    for row in rows:
        yield [convert(cell) if isinstance(cell, str) else cell for cell in row]
