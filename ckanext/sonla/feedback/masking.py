"""What the public reads of a sender's words: without anybody's numbers and addresses.

Law 91/2025 on personal data. Tables are searched strictly, by how a citizen's number is
built; here nothing is lost by hiding too much, so every long number goes that isn't
plainly a date, an amount or a place on the map. What stays hidden is `[***]`.
"""

from __future__ import annotations

import re
import unicodedata

from ckanext.sonla.shared import personal_patterns as patterns

HIDDEN = "[***]"
# Between the digits of one number: blanks of any width, dots, dashes, brackets.
_GAP = r"(?:[^\S\n]|[.\-()\u00ad\u200b-\u200d\u2010-\u2015\u2060\ufeff]){1,3}"
_NUMBER = re.compile(rf"\+?\(?\+?\d(?:(?:{_GAP})?\d)+")
_ADDRESS = re.compile(
    r"(?<![\w.%+-])[\w.%+-]+\s{0,2}(?:@|\uff20|[(\[{]\s?(?:at|a còng)\s?[)\]}])\s{0,2}"
    r"[\w-]+(?:\s?(?:\.|[(\[]\s?dot\s?[)\]])\s?[\w-]+)*",
    re.IGNORECASE,
)
# A number beside the word that says whose it is, however short it is.
_SAID = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (patterns.IN_TEXT, patterns.ACCOUNT_IN_TEXT)
)
_PLATE = re.compile(
    r"(?<!\w)[1-9]\d\s?-?\s?[A-ZĐ]{1,2}\d?\s?[- ]\s?(?:\d{3}[. ]?\d{2}|\d{4})(?!\w)"
)
# A passport, and the number of a health insurance card.
_LETTERED = re.compile(r"(?<!\w)(?:[A-Z]\d{7,8}|[A-Z]{2}\d{13})(?!\w)")
_UNITS = (
    r"đồng|đ|vnđ|vnd|usd|triệu|tỷ|tỉ|nghìn|ngàn|người|hộ|ha|m2|m²|m3|m³|km|km2|km²"
    r"|mét|tấn|kg|kwh|mw|lượt|dòng|bản ghi|%"
)
# What is long and nobody's: dates and instants, amounts with their unit, places on the
# map, the portal's own ids, lists of years.
_KEPT = re.compile(
    r"(?P<kept>"
    r"(?<![\w.-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?!\w)"
    r"|(?<![\w.])[12]\d{3}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?(?!\w)"
    r"|(?<![\w.])(?:0?[1-9]|[12]\d|3[01])([-./])(?:0?[1-9]|1[0-2])\2[12]\d{3}(?!\w)"
    r"|(?<![\w.])[1-9]\d{0,2}(?:([. ])\d{3})(?:\3\d{3})*(?:,\d+)?\s?"
    rf"(?:{_UNITS})(?!\w)"
    r"|(?<![\w.])[1-9]\d{0,2}\.\d{4,8}(?![\w.])"
    r"|(?<![\w.])(?:19|20)\d\d(?:(?:\s|-|\s-\s|\s?–\s?)(?:19|20)\d\d)+(?!\w)"
    r")",
    re.IGNORECASE,
)
_FEWEST = 9


def masked(text: str) -> str:
    """Return a text in which nobody's telephone, mailbox or number can be read.

    Hidden are e-mail addresses, numbers of nine digits and more (telephones, identity
    cards, citizens' and tax numbers, bank accounts, in whatever grouping), passports,
    plates, and shorter numbers beside a word such as CCCD. What is masked already stays
    as it is.
    """
    text = _ADDRESS.sub(HIDDEN, unicodedata.normalize("NFC", text))
    for pattern in (*_SAID, _PLATE, _LETTERED):
        text = pattern.sub(HIDDEN, text)
    parts, done = [], 0
    for kept in _KEPT.finditer(text):
        parts += [_without_numbers(text[done : kept.start()]), kept["kept"]]
        done = kept.end()
    return "".join([*parts, _without_numbers(text[done:])])


def _without_numbers(text: str) -> str:
    return _NUMBER.sub(_weighed, text)


def _weighed(found: re.Match[str]) -> str:
    written = found.group()
    digits = sum(one.isdigit() for one in written)
    return HIDDEN if digits >= _FEWEST else written
