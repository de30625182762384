"""Two texts compared word by word, to be read as one text with what went and came."""

from __future__ import annotations

import difflib
import re

# A word or a run of white space; marks of punctuation stand alone.
_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
# Above it words would take too long: lines are compared then.
MOST_WORDS = 6000
SAME, GONE, CAME = "same", "gone", "came"
# Between two changes so few unchanged signs are read more easily as changed too.
_ISLAND = 3

Part = tuple[str, str]


def parts(before: str, after: str) -> list[Part]:
    """Return the text's parts in order, each `same`, `gone` or `came`."""
    old, new = _tokens(before), _tokens(after)
    if len(old) + len(new) > MOST_WORDS:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    told: list[Part] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            told.append((SAME, "".join(old[i1:i2])))
            continue
        if i2 > i1:
            told.append((GONE, "".join(old[i1:i2])))
        if j2 > j1:
            told.append((CAME, "".join(new[j1:j2])))
    return _without_islands(told)


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


def _without_islands(told: list[Part]) -> list[Part]:
    """Join changes that only a space or a comma keeps apart."""
    joined: list[Part] = []
    gone = came = ""
    for place, (kind, text) in enumerate(told):
        between = 0 < place < len(told) - 1
        if kind == SAME and not (between and len(text) < _ISLAND and "\n" not in text):
            joined += _change(gone, came)
            joined.append((SAME, text))
            gone = came = ""
            continue
        gone += text if kind in (GONE, SAME) else ""
        came += text if kind in (CAME, SAME) else ""
    return joined + _change(gone, came)


def _change(gone: str, came: str) -> list[Part]:
    return [(kind, text) for kind, text in ((GONE, gone), (CAME, came)) if text]
