"""Fetch: a source's pages come into the spool, each with its checkpoint."""

from __future__ import annotations

import copy
from contextlib import closing
from typing import TYPE_CHECKING, Any, cast

from ckan import model
from ckanext.sonla.harvesting import columnar, sources
from ckanext.sonla.harvesting.problems import SourceProblem
from ckanext.sonla.shared.faults import declare, fault

from . import cells, collecting, ending, removals, states
from .model import HarvestRun, QuarantinedRow
from .spool import Spool

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from ckanext.sonla.harvesting.page import Page, Row
    from ckanext.sonla.harvesting.sources import Source
    from ckanext.sonla.shared.row_intake import BadCell

    from .cells import Cells, Way, Written
    from .targets import Target

declare("harvest", "page_written", "page_counted")

MOST_FIELDS = 2000


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
        self.ways: list[Way] = []
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
        with closing(cast("Generator[Page]", pages)), collecting.seldom() as is_done:
            for page in self._counted(pages):
                if page.unchanged:
                    self._count(vars(page))
                    self.run.checkpoint = page.checkpoint
                    model.Session.commit()
                    return False
                self._keep(page)
                fault("page_counted")
                is_done()
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
        found = self._written(page.rows)
        self.spool.add(found.rows)
        self.spool.remove(self._removals(found, before))
        fault("page_written")
        number = self.spool.pages
        for at, problem in found.bad.items():
            row = found.rows[at - 1]
            model.Session.add(self._bad_row(number, before + at, row, problem))
        self._count(vars(page))
        self.run.pages += 1
        self.run.read += len(page.rows)
        self.run.filtered += len(page.rows) - len(found.rows)
        self.run.quarantined += len(found.bad)
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

    def _columns(self, rows: Sequence[Row]) -> list[str]:
        """Return the table's columns that the rows are written by."""
        if self.source.fields:
            named = list(self.source.fields)
            return [name for name in named if not self.fields or name in self.fields]
        if self.fields:
            return list(self.fields)
        return columnar.names(rows)

    def _written(self, rows: Sequence[Row]) -> Written:
        """Return the rows that hold something, as cells."""
        if not self.ways:
            paths = self.source.fields or {}
            self.ways = cells.ways(self.spool.columns, paths, self.fields)
        if len(self.seen) < MOST_FIELDS:
            self.seen.update(dict.fromkeys(columnar.names(rows)))
        for way in self.ways:
            if way.name not in self.filled and columnar.has(rows, way.path):
                self.filled[way.name] = None
        gone = (self.source.config.get("incremental") or {}).get("deleted")
        return cells.written(rows, self.ways, gone)

    def _removals(self, found: Written, before: int) -> bytes:
        """Return what is kept of rows that are gone; of a full reading nothing."""
        if self.run.mode != states.INCREMENTAL:
            return b""
        places = [
            self.spool.columns.index(name)
            for name in self.target.key
            if name in self.spool.columns
        ]
        return b"".join(
            removals.told(tuple(row[place] for place in places), before + came_before)
            for came_before, row in found.gone
        )

    def _bad_row(
        self, page: int, number: int, row: Cells, problem: BadCell
    ) -> QuarantinedRow:
        told = {
            "rule": problem.rule,
            "message": problem.message,
            "params": problem.params,
        }
        return QuarantinedRow(
            run_id=self.run.id,
            source_id=self.run.source_id,
            page=page,
            row=number,
            findings=[{**told, "column": None, "value": None}],
            cells=dict(zip(self.spool.columns, row, strict=True)),
            **told,
        )

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
