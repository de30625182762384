"""Staging: a file's rows as text in a table of the load's own, by one COPY.

The table is made and dropped in the load's own transaction, so whatever happens to the
process, nothing is left over. It is unlogged and not temporary: PostgreSQL scans no
temporary table with several processes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import psycopg2
from psycopg2.sql import SQL, Composable, Identifier

from ckanext.sonla.shared.checks import BLOCKS, INFORMS, Finding
from ckanext.sonla.shared.msgid import N_

from . import columns
from .problems import Findings, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .header import Layout
    from .limits import Limits
    from .readers.table import Cell, Row

# COPY's text format: what may not stand in a value as it is.
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
REPORT_EVERY = 5000
CHUNK = 1 << 17
# A line of cells with one of these can't be written as it is: what COPY escapes, what
# is no text, and a cell of white space only.
SPECIAL = re.compile(r"[\\\n\r\x00]|(?:^|\t)[^\S\t]+(?:\t|$)")


def column(index: int) -> Identifier:
    """Return the name of the staged column at an index."""
    return Identifier(f"c{index}")


def table(cursor: Any) -> Composable:
    """Return the name of the staging table of the transaction that a cursor is in."""
    # CKAN lists no table whose name begins with an underscore.
    return Identifier("public", f"_sonla_staged_{cursor.connection.info.backend_pid}")


def drop(cursor: Any) -> None:
    """Drop the staging table, which must not outlive its transaction."""
    cursor.execute(SQL("DROP TABLE IF EXISTS {}").format(table(cursor)))


def fill(  # noqa: PLR0913 - one value each, named
    cursor: Any,
    layout: Layout,
    rows: Iterator[Row],
    *,
    missing: frozenset[str],
    limits: Limits,
    findings: Findings,
    progress: Callable[[int], None],
) -> int:
    """Copy the rows into the staging table and return how many there are.

    Whoever commits the transaction calls `drop` before.

    Raises:
        Unreadable: for a cell or a table beyond the limits, and what the reader meets.
    """
    names: list[Composable] = [
        SQL("{} text").format(column(index)) for index in range(len(layout.names))
    ]
    drop(cursor)
    cursor.execute(
        SQL("CREATE UNLOGGED TABLE {} ({})").format(
            table(cursor), SQL(", ").join([SQL("row_number int8"), *names])
        )
    )
    stream = _Stream(
        layout,
        missing=missing,
        limits=limits,
        findings=findings,
        progress=progress,
    )
    stream.begin(rows)
    try:
        # Frozen: nobody else sees the rows, and no scan asks again who may.
        query = SQL("COPY {} FROM STDIN (FREEZE)").format(table(cursor))
        cursor.copy_expert(query, stream, CHUNK)
    except psycopg2.Error:
        # psycopg2 tells of an error while reading as one of its own.
        if stream.error is not None:
            raise stream.error from None
        raise
    progress(stream.loaded)
    return stream.loaded


class _Stream:
    """Rows as the lines of COPY's text format, for psycopg2 to read from."""

    def __init__(
        self,
        layout: Layout,
        *,
        missing: frozenset[str],
        limits: Limits,
        findings: Findings,
        progress: Callable[[int], None],
    ) -> None:
        self.layout = layout
        self.missing = missing
        self.limits = limits
        self.findings = findings
        self.progress = progress
        self.loaded = 0
        self.error: BaseException | None = None
        self._lines: Iterator[bytes] = iter(())
        self._rest = b""

    def begin(self, rows: Iterator[Row]) -> None:
        """Read from these rows."""
        self._lines = self._encoded(rows)

    def read(self, size: int = 8192) -> bytes:
        """Return up to `size` bytes, fewer only at the end."""
        parts = [self._rest]
        length = len(self._rest)
        try:
            while length < size:
                line = next(self._lines, None)
                if line is None:
                    break
                parts.append(line)
                length += len(line)
        except BaseException as error:
            self.error = error
            raise
        data = b"".join(parts)
        self._rest = data[size:]
        return data[:size]

    def _encoded(self, rows: Iterator[Row]) -> Iterator[bytes]:
        pairs = list(zip(self.layout.sources, self.layout.fields, strict=True))
        plain = self._plain_way()
        for number, row in enumerate(rows, start=1):
            if not any(cell not in (None, "") for cell in row):
                continue
            self.loaded += 1
            if self.loaded > self.limits.rows:
                raise Unreadable(
                    "rows",
                    N_("The table has more than {limit} rows."),
                    params={"limit": self.limits.rows},
                )
            if self.loaded % REPORT_EVERY == 0:
                self.progress(self.loaded)
            line = plain(number, row) if plain else None
            if line is None:
                self._check_width(number, row)
                line = self._line(number, row, pairs)
            yield line

    def _plain_way(self) -> Callable[[int, Row], bytes | None] | None:
        """Return a quick way to write rows as wide as the header, of plain text.

        It gives None for a row that needs the long way.
        """
        sources, width = self.layout.sources, self.layout.width
        if self.layout.nameless or not sources or min(sources) < 0:
            return None
        missing, longest, tabs = self.missing, self.limits.cell, len(sources) - 1
        as_it_is = sources == list(range(width))

        def write(number: int, row: Any) -> bytes | None:
            if len(row) != width:
                return None
            cells = row if as_it_is else [row[source] for source in sources]
            try:
                text = "\t".join(cells)
            except TypeError:
                return None
            if len(text) > longest or text.count("\t") != tabs or SPECIAL.search(text):
                return None
            if not missing.isdisjoint(cells):
                text = "\t".join("\\N" if cell in missing else cell for cell in cells)
            try:
                return f"{number}\t{text}\n".encode()
            except UnicodeEncodeError:
                return None

        return write

    def _line(
        self, number: int, row: Row, pairs: list[tuple[int, dict[str, Any]]]
    ) -> bytes:
        cells = [str(number)]
        for source, field in pairs:
            cell = row[source] if 0 <= source < len(row) else None
            cells.append(self._written(number, cell, field))
        try:
            return ("\t".join(cells) + "\n").encode()
        except UnicodeEncodeError as error:
            raise self._no_text(number) from error

    def _written(self, number: int, cell: Cell, field: dict[str, Any]) -> str:
        if cell is None:
            return "\\N"
        text = cell if isinstance(cell, str) else columns.as_text(cell, field)
        if text in self.missing:
            return "\\N"
        if len(text) > self.limits.cell:
            raise Unreadable(
                "cell_length",
                N_("A cell is longer than {limit} characters."),
                params={"limit": self.limits.cell},
                row=number,
                column=str(field["name"]),
            )
        if "\x00" in text:
            raise self._no_text(number)
        if text.isspace() and columns.kind_of(field) != "string":
            return "\\N"
        return text.translate(ESCAPES)

    @staticmethod
    def _no_text(number: int) -> Unreadable:
        return Unreadable(
            "encoding", N_("A cell has characters that are no text."), row=number
        )

    def _check_width(self, number: int, row: Row) -> None:
        width = self.layout.width
        beyond = [
            *row[width:],
            *(row[at] for at in self.layout.nameless if at < len(row)),
        ]
        if any(cell not in (None, "") for cell in beyond):
            self.findings.add(
                Finding(
                    "row.width",
                    BLOCKS,
                    N_("The row has values in columns without a header."),
                    row=number,
                    value=" | ".join(str(cell) for cell in beyond if cell)[:100],
                )
            )
        elif len(row) < width:
            self.findings.add(
                Finding(
                    "row.width",
                    INFORMS,
                    N_(
                        "The row has {count} cells, the header has {width}; the others "
                        "were read as empty."
                    ),
                    {"count": len(row), "width": width},
                    row=number,
                )
            )
