"""What a text is: characters that UTF-8 can write and PostgreSQL can keep."""

from __future__ import annotations

import json
import re
from typing import Any

# NUL, and the halves (surrogates) of which UTF-16 makes a character two by two.
_NO_CHARACTER = re.compile("[\0\ud800-\udfff]")
ESCAPED = r"\\u(?:0000|[dD][89a-fA-F])"  # so JSON writes them, and the pairs as well
_ESCAPED = re.compile(ESCAPED)


def is_text(given: str) -> bool:
    """Tell whether a string has neither NUL nor half of a character."""
    return _NO_CHARACTER.search(given) is None


def cleaned(given: str) -> str:
    """Return a string without what no text has."""
    return _NO_CHARACTER.sub("", given)


def all_text(*given: Any) -> bool:
    """Tell whether every string in JSON values is a text.

    Args:
        given: strings, numbers, lists and dicts; names count, and so does what stands
            in a string that is itself a JSON list or object, as actions read it.
    """
    left = list(given)
    while left:
        value = left.pop()
        if isinstance(value, dict):
            left += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            left += value
        elif isinstance(value, str):
            if not is_text(value):
                return False
            left += _inside(value)
    return True


def _inside(text: str) -> list[Any]:
    """Return what a text holds that is JSON and may hide what no text has."""
    if not _ESCAPED.search(text):
        return []
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return [found] if isinstance(found, dict | list) else []
