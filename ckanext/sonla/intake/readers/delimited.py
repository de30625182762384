"""CSV and TSV, whatever the delimiter and the encoding."""

from __future__ import annotations

import csv
import itertools
from typing import TYPE_CHECKING

from ckanext.sonla.intake.problems import Unreadable
from ckanext.sonla.shared.msgid import N_

from . import text
from .table import RawTable, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from ckanext.sonla.intake.limits import Limits
    from ckanext.sonla.shared.findings import Finding

DELIMITERS = ",;\t|"
SAMPLE_LINES = 50


def read(
    path: Path,
    limits: Limits,
    *,
    delimiter: str | None = None,
    encoding: str | None = None,
) -> RawTable:
    """Read a delimited file; without a `delimiter`, the one that fits best."""
    # The module's limit is the process's; every read sets the same policy.
    csv.field_size_limit(limits.cell)
    encoding = text.encoding_of(path, encoding)
    if delimiter is None:
        delimiter = _delimiter_of(path, encoding, limits)
    notes = text.converted(encoding)
    return RawTable(
        _rows(path, encoding, delimiter, limits, notes), notes=notes, encoding=encoding
    )


def _rows(
    path: Path,
    encoding: str,
    delimiter: str,
    limits: Limits,
    notes: list[Finding],
) -> Iterator[Row]:
    with text.open_text(path, encoding) as file:
        # CP1258 has its marks apart by nature, which `converted` told of already.
        told = None if encoding == "cp1258" else notes
        source = _without_hint(text.lines(file, limits, told))
        reader = csv.reader(source, delimiter=delimiter, strict=True)
        try:
            for row in reader:
                yield list(row)
        except csv.Error as error:
            raise _broken(error, reader.line_num, limits) from error


def _broken(error: csv.Error, line: int, limits: Limits) -> Unreadable:
    if "field larger than field limit" in str(error):
        return Unreadable(
            "cell_length",
            N_(
                "A cell that ends near line {line} is longer than {limit} "
                "characters; is a "
                "quotation mark not closed?"
            ),
            params={"line": line, "limit": limits.cell},
        )
    return Unreadable(
        "quotes",
        N_("The quotation marks near line {line} don't match."),
        params={"line": line},
    )


def _without_hint(lines: Iterable[str]) -> Iterator[str]:
    """Pass by the `sep=;` line that spreadsheet programs understand."""
    lines = iter(lines)
    first = next(lines, "")
    if not _hint(first):
        yield first
    yield from lines


def _hint(line: str) -> str | None:
    line = line.rstrip("\r\n")
    if line.lower().startswith("sep=") and len(line) == len("sep=") + 1:
        return line[-1]
    return None


def _delimiter_of(path: Path, encoding: str, limits: Limits) -> str:
    """Return the delimiter under which most of the first rows are equally wide."""
    with text.open_text(path, encoding) as file:
        sample = list(itertools.islice(text.lines(file, limits), SAMPLE_LINES))
    if sample and (hint := _hint(sample[0])):
        return hint
    best, score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        fit = _fit(sample, delimiter)
        if fit > score:
            best, score = delimiter, fit
    return best


def _fit(sample: list[str], delimiter: str) -> tuple[float, int]:
    try:
        widths = [len(row) for row in csv.reader(sample, delimiter=delimiter) if row]
    except csv.Error:
        return 0.0, 0
    wide = max(widths, default=1)
    if wide < 2:  # noqa: PLR2004 - one column fits every delimiter
        return 0.0, 0
    usual = max(set(widths), key=widths.count)
    if usual < 2:  # noqa: PLR2004
        return 0.0, 0
    return widths.count(usual) / len(widths), usual
