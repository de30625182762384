"""JSON: a list of objects, each a row."""

from __future__ import annotations

import json
import tempfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

import ijson

from ckanext.sonla.intake.problems import Unreadable
from ckanext.sonla.shared.msgid import N_

from . import text
from .table import Cell, RawTable, Row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ckanext.sonla.intake.limits import Limits

# A cell may hold an object of its own, some levels deep.
DEPTH = 50


def read(path: Path, limits: Limits) -> RawTable:
    """Read a list of objects; the first row is the union of their keys.

    Raises:
        Unreadable: for anything else than a list of objects.
    """
    encoding = text.encoding_of(path)
    _check_depth(path, encoding)
    columns: dict[str, None] = {}
    for item in _items(path, encoding):
        columns.update(dict.fromkeys(item))
        if len(columns) > limits.columns:
            break
    return RawTable(_rows(path, encoding, list(columns)), typed=True, encoding=encoding)


def _check_depth(path: Path, encoding: str) -> None:
    """Refuse deep nesting, which takes a parser's time and memory by its square."""
    depth = 0
    with _as_utf8(path, encoding) as file:
        try:
            for event, _value in ijson.basic_parse(file):
                if event in {"start_array", "start_map"}:
                    depth += 1
                elif event in {"end_array", "end_map"}:
                    depth -= 1
                if depth > DEPTH:
                    raise _no_rows()
        except (ijson.JSONError, UnicodeDecodeError) as error:
            raise _no_rows() from error


def _rows(path: Path, encoding: str, columns: list[str]) -> Iterator[Row]:
    yield [text.normalized(column) for column in columns]
    for item in _items(path, encoding):
        yield [_cell(item.get(column)) for column in columns]


def _cell(value: Any) -> Cell:
    if isinstance(value, str):
        return text.normalized(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value


def _items(path: Path, encoding: str) -> Iterator[dict[str, Any]]:
    with _as_utf8(path, encoding) as file:
        try:
            found = ijson.items(file, "item")
            number = 0
            for number, item in enumerate(found, start=1):
                if not isinstance(item, dict):
                    raise Unreadable(
                        "not_a_table",
                        N_("Row {row} is no object."),
                        params={"row": number},
                    )
                yield item
        except (ijson.JSONError, UnicodeDecodeError) as error:
            raise _no_rows() from error
        if not number and not _is_empty_list(path, encoding):
            raise _no_rows()


def _no_rows() -> Unreadable:
    return Unreadable("not_a_table", N_("The file is not a JSON list of objects."))


def _is_empty_list(path: Path, encoding: str) -> bool:
    with text.open_text(path, encoding) as file:
        return file.read(text.SAMPLE).strip().startswith("[")


@contextmanager
def _as_utf8(path: Path, encoding: str) -> Iterator[IO[bytes]]:
    if encoding == "utf-8":
        with path.open("rb") as file:
            yield file
        return
    with tempfile.TemporaryFile() as copy, text.open_text(path, encoding) as source:
        while block := source.read(text.BLOCK):
            copy.write(block.encode("utf-8", "surrogatepass"))
        copy.seek(0)
        yield copy
