"""Texts without what offices write now so, now so: accents, case, punctuation."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


# Annexes repeat the same words in thousands of cells.
@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Return a text without accents, case and extra spaces, to compare by."""
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    plain = "".join(one for one in decomposed if not unicodedata.combining(one))
    return " ".join("".join(one if one.isalnum() else " " for one in plain).split())
