"""Rows of CSV: the first line names the fields."""

from __future__ import annotations

import csv
import io
from typing import IO, TYPE_CHECKING, Any

from ckanext.sonla.harvesting.problems import SourceProblem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ckanext.sonla.harvesting.page import Row

# What stands beyond the last named field.
BEYOND = "+"


def rows(body: IO[bytes], config: Mapping[str, Any]) -> Iterator[Row]:
    """Yield the lines as texts by their field's name."""
    told = config.get("csv") or {}
    encoding = told.get("encoding") or "utf-8-sig"
    line = 0
    try:
        text = io.TextIOWrapper(body, encoding=encoding, newline="")
        reader = csv.reader(text, delimiter=told.get("delimiter") or ",", strict=True)
        names = next(reader, None)
        if names is None:
            raise SourceProblem("no_records", path=".")
        _refuse_twins(names)
        for values in reader:
            line = reader.line_num
            if values:
                yield _row(names, values)
    except (UnicodeError, csv.Error, LookupError, TypeError) as error:
        raise SourceProblem("not_readable", format="CSV", place=line + 1) from error


def _refuse_twins(names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise SourceProblem("columns_twice", field=name[:100])


def _row(names: list[str], values: list[str]) -> Row:
    row: Row = dict(zip(names, values, strict=False))
    if len(values) > len(names):
        row[BEYOND] = values[len(names) :]
    return row
