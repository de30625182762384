"""The spool: a run's rows on disk, page by page, as the file that the intake reads.

A page is written, forced to the disk, and counted by the run's row in the database with
the checkpoint behind it. What lies beyond that count is of a page that was never
counted: it is cut off when the run goes on.
"""

from __future__ import annotations

import csv
import io
import json
import os
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk

from .problems import RunProblem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_NUMBER = struct.Struct("<q")


def folder() -> Path:
    """Return the folder of the spools."""
    told = tk.config["sonla.harvesting.spool_folder"]
    path = Path(told or Path(tk.config["ckan.storage_path"]) / "harvest")
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


class Spool:
    """The rows of one run.

    Args:
        run_id: whose rows.
        told: what the run's row counts of it, as `told` returns it.
    """

    def __init__(self, run_id: str, told: dict[str, Any]) -> None:
        self.path = folder() / f"{run_id}.csv"
        # Number of the last row of each page.
        self.pages_path = folder() / f"{run_id}.pages"
        self.clean_path = folder() / f"{run_id}.clean.csv"
        # Keys of rows that the source says are gone.
        self.removed_path = folder() / f"{run_id}.removed"
        self.removed_bytes = int(told.get("removed_bytes") or 0)
        self.bytes = int(told.get("bytes") or 0)
        self.rows = int(told.get("rows") or 0)
        self.pages = int(told.get("pages") or 0)
        self.columns: list[str] = list(told.get("columns") or [])

    def told(self) -> dict[str, Any]:
        """Return what the run's row counts."""
        names = ("bytes", "rows", "pages", "columns", "removed_bytes")
        return {name: getattr(self, name) for name in names}

    def begin(self, columns: Sequence[str]) -> None:
        """Begin anew, with the table's columns."""
        self.columns = list(columns)
        self.bytes = self.rows = self.pages = self.removed_bytes = 0
        self.discard()
        self._append(self.path, 0, _lines([self.columns]))
        self.bytes = self.path.stat().st_size

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        """Write a page's rows behind what is counted."""
        data = _lines(rows)
        self._append(self.path, self.bytes, data)
        last = _NUMBER.pack(self.rows + len(rows))
        self._append(self.pages_path, self.pages * _NUMBER.size, last, forced=False)
        self.bytes += len(data)
        self.rows += len(rows)
        self.pages += 1

    def remove(self, lines: bytes) -> None:
        """Keep a page's removals."""
        if lines:
            self._append(self.removed_path, self.removed_bytes, lines)
            self.removed_bytes += len(lines)

    def removed(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Yield the removals: how many rows came before, and the key."""
        if not self.removed_bytes:
            return
        with self.removed_path.open("rb") as file:
            for line in file.read(self.removed_bytes).splitlines():
                before, *cells = json.loads(line)
                yield before, tuple(cells)

    def keys(self, key: list[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Yield the rows' numbers with their cells of a key."""
        places = [self.columns.index(name) for name in key]
        for number, row in self._numbered():
            yield number, tuple(row[place] for place in places)

    @staticmethod
    def _append(path: Path, at: int, data: bytes, *, forced: bool = True) -> None:
        with path.open("r+b" if path.exists() else "w+b") as file:
            file.truncate(at)
            file.seek(at)
            file.write(data)
            file.flush()
            if forced:
                os.fsync(file.fileno())

    def expect(self) -> None:
        """Refuse to go on without what was read, and cut off what was not counted.

        Raises:
            RunProblem: it isn't there.
        """
        kept = ((self.path, self.bytes), (self.pages_path, self.pages * _NUMBER.size))
        for path, size in kept:
            if size and (not path.exists() or path.stat().st_size < size):
                raise RunProblem("spool_gone")
        with self.path.open("r+b") as file:
            file.truncate(self.bytes)

    def page_of(self, row: int) -> int:
        """Return on which page a row came, both from 1."""
        low, high = 1, max(self.pages, 1)
        with self.pages_path.open("rb") as file:
            while low < high:
                middle = (low + high) // 2
                file.seek((middle - 1) * _NUMBER.size)
                (last,) = _NUMBER.unpack(file.read(_NUMBER.size))
                low, high = (low, middle) if row <= last else (middle + 1, high)
        return low

    def some(self, wanted: set[int]) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield rows by their numbers, as column → text."""
        for number, row in self._numbered():
            if number in wanted:
                yield number, dict(zip(self.columns, row, strict=False))

    def without(self, left_out: set[int]) -> Path:
        """Return the file of all rows but some."""
        if not left_out:
            return self.path
        with self.clean_path.open("w", encoding="utf-8", newline="") as file:
            writer = _writer(file)
            writer.writerow(self.columns)
            writer.writerows(
                row for number, row in self._numbered() if number not in left_out
            )
        return self.clean_path

    def _numbered(self) -> Iterator[tuple[int, list[str]]]:
        csv.field_size_limit(max(csv.field_size_limit(), 1 << 24))
        with self.path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            next(reader, None)
            yield from enumerate(reader, start=1)

    def take_over(self, other: Spool) -> None:
        """Go on with what another run read."""
        other.expect()
        other.path.replace(self.path)
        for name in ("pages_path", "removed_path"):
            if getattr(other, name).exists():
                getattr(other, name).replace(getattr(self, name))

    def discard(self) -> None:
        """Remove the files."""
        paths = (self.path, self.pages_path, self.clean_path, self.removed_path)
        for path in paths:
            path.unlink(missing_ok=True)


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    plain = '"\n"'.join(map('","'.join, rows))
    if rows and plain.count('"') == sum(map(len, rows)) * 2 - 2:
        return f'"{plain}"\n'.encode()
    # A cell holds the sign that encloses cells.
    text = io.StringIO(newline="")
    _writer(text).writerows(rows)
    return text.getvalue().encode()


def _writer(file: Any) -> Any:
    # All cells are quoted: what reads the file guesses at no delimiter, and no cell is
    # a line without a value.
    return csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
