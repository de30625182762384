"""Fetch: a source's pages come into the spool, each with its checkpoint."""

from __future__ import annotations

import copy
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from ckan import model
from ckanext.sonla.harvesting import mapping, sources
from ckanext.sonla.harvesting.problems import SourceProblem
from ckanext.sonla.shared import row_intake
from ckanext.sonla.shared.faults import declare, fault
from ckanext.sonla.shared.row_intake import BadCell

from . import ending, removals, states
from .model import HarvestRun, QuarantinedRow
from .spool import Spool

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from ckanext.sonla.harvesting.page import Page, Row
    from ckanext.sonla.harvesting.sources import Source

    from .targets import Target

declare("harvest", "page_written", "page_counted")

MOST_FIELDS = 2000


@dataclass(frozen=True)
class _Way:
    """From a source's row to a cell of one column."""

    name: str
    path: str
    write: Callable[[Any], str]

    def cell(self, row: Row) -> str:
        path = self.path
        return self.write(row[path] if path in row else mapping.value_at(row, path))


class Pull:
    """One run's reading.

    Args:
        run: its row; every page is committed with it.
        source: that is read.
        target: where its rows go.
    """

    def __init__(self, run: HarvestRun, source: Source, target: Target) -> None:
        self.run, self.source, self.target = run, source, target
        self.spool = Spool(run.id, run.spool)
        self.ways: list[_Way] = []
        self._removals = b""
        fields = (target.schema or {}).get("fields") or []
        self.fields = {str(one["name"]): one for one in fields}
        seen = run.fields or {}
        self.seen: dict[str, None] = dict.fromkeys(seen.get("source") or [])
        self.filled: dict[str, None] = dict.fromkeys(seen.get("columns") or [])

    def all(self) -> bool:
        """Read to the end, and return False where the source says nothing changed.

        Raises:
            SourceProblem: what has to be mended at the source.
        """
        checkpoint = self._begin()
        if (self.run.spool or {}).get("whole"):
            return True
        # A client writes into what it is given; what is kept would change unnoticed.
        pages = sources.pages_of(self.source, copy.deepcopy(checkpoint))
        with closing(cast("Generator[Page]", pages)):
            for page in self._counted(pages):
                if page.unchanged:
                    self._count(vars(page))
                    self.run.checkpoint = page.checkpoint
                    model.Session.commit()
                    return False
                self._keep(page)
                fault("page_counted")
        return True

    def _counted(self, pages: Iterator[Page]) -> Iterator[Page]:
        """Yield the pages; note also what was asked for in vain behind the last one."""
        try:
            for page in pages:
                ending.heed(self.run.id)
                yield page
        except SourceProblem as problem:
            self._count(problem.spent)
            model.Session.commit()
            raise

    def _begin(self) -> dict[str, Any] | None:
        """Return where to go on, or begin anew where that can't be said."""
        spooled = self.run.spool or {}
        if self.run.checkpoint and spooled.get("resumable"):
            self.spool.expect()
            return self.run.checkpoint
        for name in ("read", "pages", "filtered", "quarantined"):
            setattr(self.run, name, 0)
        for row in _quarantined(self.run):
            model.Session.delete(row)
        self.run.checkpoint, self.run.spool = None, {}
        self.seen, self.filled = {}, {}
        model.Session.commit()
        self.spool = Spool(self.run.id, {})
        return self.run.began_with

    def _keep(self, page: Page) -> None:
        """Write a page, and commit its counts with the checkpoint behind it."""
        if not self.spool.columns:
            self.spool.begin(self._columns(page.rows))
        before = self.spool.rows
        bad: list[tuple[int, Row, BadCell]] = []
        rows = list(self._cells(page.rows, bad))
        self.spool.add(rows)
        self.spool.remove(self._removals)
        fault("page_written")
        number = self.spool.pages
        for at, row, problem in bad:
            model.Session.add(self._bad_row(number, before + at, row, problem))
        self._count(vars(page))
        self.run.pages += 1
        self.run.read += len(page.rows)
        self.run.filtered += len(page.rows) - len(rows)
        self.run.quarantined += len(bad)
        # Whatever killed it before, it has come further.
        self.run.crashes = 0
        self.run.checkpoint = page.checkpoint
        self.run.spool = {
            **self.spool.told(),
            "resumable": page.resumable or page.last,
            "whole": page.last,
        }
        self.run.fields = self._fields()
        model.Session.commit()

    def _count(self, spent: dict[str, Any]) -> None:
        for name in ("bytes", "requests", "retries"):
            setattr(self.run, name, getattr(self.run, name) + spent.get(name, 0))
        self.run.source_seconds += spent.get("seconds", 0.0)

    def _columns(self, rows: list[Row]) -> list[str]:
        """Return the table's columns that the rows are written by."""
        if self.source.fields:
            named = list(self.source.fields)
            return [name for name in named if not self.fields or name in self.fields]
        if self.fields:
            return list(self.fields)
        return list(dict.fromkeys(name for row in rows for name in row))

    def _cells(
        self, rows: list[Row], bad: list[tuple[int, Row, BadCell]]
    ) -> Iterator[list[str]]:
        """Yield the rows that hold something, as cells; note those that can't be."""
        ways, place = self._ways(), 0
        self._removals = b""
        gone = (self.source.config.get("incremental") or {}).get("deleted")
        for row in rows:
            self._see(row, ways)
            if removals.is_gone(row, gone):
                self._removals += self._removal(row, self.spool.rows + place)
                continue
            try:
                cells = [way.cell(row) for way in ways]
            except BadCell as problem:
                bad.append((place + 1, row, problem))
                # Its place stays, so that rows count as they came.
                cells = self._stand_in(row)
            if any(cells) or (bad and bad[-1][1] is row):
                place += 1
                yield cells

    def _removal(self, row: Row, came_before: int) -> bytes:
        """Return what is kept of a row that is gone; of a full reading nothing."""
        if self.run.mode != states.INCREMENTAL:
            return b""
        cells = dict(zip(self.spool.columns, self._stand_in(row), strict=True))
        key = tuple(cells.get(name, "") for name in self.target.key)
        return removals.told(key, came_before)

    def _stand_in(self, row: Row) -> list[str]:
        """Return a row's cells without those that can't be written."""
        found = []
        for way in self._ways():
            try:
                found.append(way.cell(row))
            except BadCell:
                found.append("")
        return found

    def _bad_row(
        self, page: int, number: int, row: Row, problem: BadCell
    ) -> QuarantinedRow:
        told = {
            "rule": problem.rule,
            "message": problem.message,
            "params": problem.params,
        }
        cells = zip(self.spool.columns, self._stand_in(row), strict=True)
        return QuarantinedRow(
            run_id=self.run.id,
            source_id=self.run.source_id,
            page=page,
            row=number,
            findings=[{**told, "column": None, "value": None}],
            cells=dict(cells),
            **told,
        )

    def _ways(self) -> list[_Way]:
        if not self.ways:
            paths, intake = self.source.fields or {}, row_intake.current()
            self.ways = [
                _Way(
                    name,
                    paths.get(name, name),
                    intake.writer(self.fields.get(name) or {"name": name}),
                )
                for name in self.spool.columns
            ]
        return self.ways

    def _see(self, row: Row, ways: list[_Way]) -> None:
        if len(self.seen) < MOST_FIELDS:
            self.seen.update(dict.fromkeys(row))
        if len(self.filled) < len(ways):
            for way in ways:
                if way.name not in self.filled and mapping.has(row, way.path):
                    self.filled[way.name] = None

    def _fields(self) -> dict[str, Any]:
        """Return what the source gave, and how it fits the table."""
        paths = self.source.fields or {}
        taken = {paths.get(name, name) for name in self.spool.columns}
        extra = [name for name in self.seen if name not in taken] if not paths else []
        unknown = [name for name in paths if self.fields and name not in self.fields]
        return {
            "source": list(self.seen),
            "columns": [*self.filled, *unknown],
            "extra": [*extra, *unknown],
            "missing": [n for n in self.fields if n not in self.filled],
        }


def _quarantined(run: HarvestRun) -> list[QuarantinedRow]:
    return model.Session.query(QuarantinedRow).filter_by(run_id=run.id).all()
