"""Days as annexes write them: a day, or the last one of a month, quarter or year."""

from __future__ import annotations

import re
from datetime import date, timedelta

from ckanext.sonla.catalogue.folding import fold

_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_SPOKEN_DAY = re.compile(r"(?:ngay )?(\d{1,2}) thang (\d{1,2}) nam (\d{4})")
_MONTH = re.compile(r"(?:thang )?(\d{1,2}) (?:nam )?(\d{4})")
_QUARTER = re.compile(r"quy (iv|i{1,3}|[1-4]) (?:nam )?(\d{4})")
_HALF = re.compile(r"6 thang (dau|cuoi) nam (\d{4})")
_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_BEFORE = re.compile(
    r"(?i)^\s*(?:xong\s+)?(?:trước|trong|đến|chậm nhất(?: là)?|hoàn thành|cuối)\s+"
    r"(?:(?:ngày|trước)\s+)?"
)


def day_of(text: str) -> date:
    """Read a day, or the last day of a month, quarter, half year or year.

    Raises:
        ValueError: it is none of these.
    """
    text = _BEFORE.sub("", text.strip()).strip(" .")
    if found := _DAY.fullmatch(text):
        day, month, year = map(int, found.groups())
        return date(year, month, day)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text[:10]):
        return date.fromisoformat(text[:10])
    folded = fold(text)
    if found := _SPOKEN_DAY.fullmatch(folded):
        day, month, year = map(int, found.groups())
        return date(year, month, day)
    return _end_of(folded)


def _end_of(folded: str) -> date:
    """Return the last day of what a text names."""
    if found := _QUARTER.fullmatch(folded):
        quarter = _QUARTERS.get(found[1]) or int(found[1])
        return _last_day(int(found[2]), quarter * 3)
    if found := _HALF.fullmatch(folded):
        return _last_day(int(found[2]), 6 if found[1] == "dau" else 12)
    if found := _MONTH.fullmatch(folded):
        return _last_day(int(found[2]), int(found[1]))
    if found := re.fullmatch(r"(?:nam )?(\d{4})", folded):
        return _last_day(int(found[1]), 12)
    raise ValueError(folded)


def _last_day(year: int, month: int) -> date:
    after = date(year + month // 12, month % 12 + 1, 1)
    return after - timedelta(days=1)
