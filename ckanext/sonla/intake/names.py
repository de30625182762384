"""Names of columns and sheets: how they are compared, and what PostgreSQL takes."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

# PostgreSQL cuts a name after 63 bytes, silently.
NAME_BYTES = 63


def folded(name: Any) -> str:
    """Return a name without case, accents, spaces and signs, to compare by."""
    text = unicodedata.normalize("NFD", str(name).casefold())
    text = "".join(char for char in text if not unicodedata.combining(char))
    return re.sub(r"[\W_]+", " ", text.replace("đ", "d")).strip()


def column_name(name: str) -> str:
    """Return a name that PostgreSQL and the DataStore take, as near as can be."""
    text = "".join(
        " " if unicodedata.category(char).startswith("C") else char
        for char in unicodedata.normalize("NFC", name)
    )
    text = re.sub(r"\s+", " ", text.replace('"', "'")).strip().lstrip("_ ")
    # CKAN's own SQL would take `:word` for a parameter.
    text = re.sub(r"(?<![:\w\\]):(?=\w)", ": ", text)
    return cut(text, NAME_BYTES)


def cut(text: str, size: int) -> str:
    """Return the start of a text, of at most so many bytes in UTF-8."""
    return text.encode()[:size].decode(errors="ignore").rstrip()


def unused(name: str, taken: set[str]) -> str:
    """Return the name, numbered if another column has it; adds it to `taken`."""
    candidate, number = name, 1
    # CKAN compares names as written, but people and SQL don't see the case.
    while candidate.casefold() in taken:
        number += 1
        ending = f"_{number}"
        candidate = cut(name, NAME_BYTES - len(ending)) + ending
    taken.add(candidate.casefold())
    return candidate


def of_fields(schema: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """Return each field of a Table Schema with the name of its column."""
    taken: set[str] = set()
    return [
        (one, unused(column_name(str(one["name"])) or f"column_{at}", taken))
        for at, one in enumerate(schema.get("fields") or [], start=1)
    ]
