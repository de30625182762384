"""Rows of JSON: a list of objects, somewhere in the answer."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

import ijson

from ckanext.sonla.harvesting.problems import SourceProblem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ckanext.sonla.harvesting.page import Row

# The list would be within an object within a list: names of ijson for "each of them".
_ITEM = "item"


def rows(body: IO[bytes], config: Mapping[str, Any]) -> Iterator[Row]:
    """Yield the objects of the list at `records`, without holding them all."""
    path = config.get("records") or ""
    prefix = f"{path}.{_ITEM}" if path else _ITEM
    count = 0
    try:
        for row in ijson.items(body, prefix):
            count += 1
            yield _object(row, path)
        if not count:
            _refuse_without_list(body, path)
    except (
        ijson.JSONError,
        UnicodeDecodeError,
        RecursionError,
        ArithmeticError,
    ) as error:
        raise SourceProblem(
            "not_readable", format="JSON", place=f"{count + 1}"
        ) from error


def _refuse_without_list(body: IO[bytes], path: str) -> None:
    """An empty list is one; no list is a mistake."""
    body.seek(0)
    for prefix, event, _ in ijson.parse(body):
        if prefix == path and event == "start_array":
            return
    raise SourceProblem("no_records", path=path or ".")


def document(body: IO[bytes]) -> Any:
    """Read a whole answer; numbers with a fraction keep all their digits."""
    try:
        return json.loads(body.read(), parse_float=Decimal)
    except json.JSONDecodeError as error:
        place = f"{error.lineno}:{error.colno}"
        raise SourceProblem("not_readable", format="JSON", place=place) from error
    except (UnicodeDecodeError, ValueError, RecursionError, ArithmeticError) as error:
        raise SourceProblem("not_readable", format="JSON", place="1") from error


def within(found: Any, config: Mapping[str, Any]) -> list[Row]:
    """Return the objects of the list at `records` in an answer that was read."""
    path = config.get("records") or ""
    for name in path.split(".") if path else ():
        if not isinstance(found, dict) or name not in found:
            raise SourceProblem("no_records", path=path)
        found = found[name]
    if not isinstance(found, list):
        raise SourceProblem("no_records", path=path or ".")
    return [_object(row, path) for row in found]


def _object(row: Any, path: str) -> Row:
    if not isinstance(row, dict):
        raise SourceProblem("no_rows", path=path or ".")
    return row
