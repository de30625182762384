"""Import, first half: the spool is checked, its bad rows kept, the rest compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import clock, row_intake
from ckanext.sonla.shared.row_intake import Asked

from . import problems, removals, states
from .model import HarvestRun, QuarantinedRow
from .problems import RunProblem

if TYPE_CHECKING:
    from ckanext.sonla.shared.row_intake import Checked

    from .spool import Spool
    from .targets import Target

_KEPT = ("rule", "column", "message", "params", "value")


def check(run: HarvestRun, target: Target, spool: Spool, *, newest: bool) -> set[int]:
    """Check what a run read, and count how it changes the public table.

    Args:
        run: that read it.
        target: where it goes.
        spool: where it is.
        newest: whether of rows with the same key the last one counts.

    Returns:
        The numbers of the rows that are not to be loaded.

    Raises:
        RunProblem: nothing of it can be loaded.
    """
    partial = run.mode == states.INCREMENTAL
    if partial and not target.key:
        raise RunProblem("no_key")
    most = tk.config["sonla.harvesting.quarantine_rows"]
    # What `pulling` could not write stands there already; the rest is found anew.
    unwritten = _without_findings(run)
    gone, went = removals.left(spool, target.key) if partial else (set(), set())
    found = row_intake.current().check(
        Asked(
            path=spool.path,
            package=target.dataset,
            resource=target.resource,
            base=target.base,
            partial=partial,
            newest=newest and bool(target.key),
            left_out=frozenset(unwritten | went),
            most=most,
            keep=run.id,
        )
    )
    if found.blocking:
        raise problems.of_finding(found.blocking[0])
    if found.too_many or len(found.bad) + len(unwritten) > most:
        raise RunProblem("too_many_bad", most=most, finding=_one_of(run, found))
    _quarantine(run, spool, found)
    if gone and target.base:
        found.removed = removals.count(target, gone)
    _count(run, found, len(unwritten))
    if not partial:
        _overtake(run)
    model.Session.commit()
    return {*found.bad, *found.overtaken, *unwritten, *went}


def _without_findings(run: HarvestRun) -> set[int]:
    """Return the rows that could not be written; forget what was checked before."""
    of_run = QuarantinedRow.run_id == run.id
    model.Session.execute(sa.delete(QuarantinedRow).where(of_run, CHECKED))
    rows = model.Session.scalars(sa.select(QuarantinedRow.row).where(of_run))
    return set(rows)


def _one_of(run: HarvestRun, found: Checked) -> dict[str, Any]:
    """Return one of the findings of a run's bad rows."""
    for findings in found.bad.values():
        return problems.about(findings[0])
    # Then none of them could be written.
    of_run = sa.select(QuarantinedRow).filter_by(run_id=run.id).limit(1)
    return problems.about(vars(model.Session.scalars(of_run).one()))


# Those of `pulling` name no column.
CHECKED = QuarantinedRow.findings[0]["column"].astext.is_not(None)


def _quarantine(run: HarvestRun, spool: Spool, found: Checked) -> None:
    for number, cells in spool.some(set(found.bad)):
        findings = [{k: one.get(k) for k in _KEPT} for one in found.bad[number]]
        first = findings[0]
        model.Session.add(
            QuarantinedRow(
                run_id=run.id,
                source_id=run.source_id,
                page=spool.page_of(number),
                row=number,
                rule=first["rule"],
                message=first["message"],
                params=first["params"],
                findings=findings,
                cells=cells,
            )
        )
    model.Session.flush()


def _count(run: HarvestRun, found: Checked, unwritten: int) -> None:
    """Fill in the ledger; the database refuses one that does not add up."""
    run.quarantined = len(found.bad) + unwritten
    run.filtered = run.read - found.rows - run.quarantined
    run.added, run.updated = found.added, found.changed
    run.deleted = found.removed
    run.loaded = run.added + run.updated
    run.unchanged = found.rows - run.loaded
    run.rows_before = found.before
    before = found.before or 0
    partial = run.mode == states.INCREMENTAL
    run.rows_after = before + run.added - run.deleted if partial else found.rows
    run.compared = True
    if not run.adds_up() or run.unchanged < 0:
        raise AssertionError(f"run {run.number} does not add up")


def _overtake(run: HarvestRun) -> None:
    """Let go of the bad rows of before: all of the source was read again."""
    model.Session.execute(
        sa.update(QuarantinedRow)
        .where(
            QuarantinedRow.source_id == run.source_id,
            QuarantinedRow.run_id != run.id,
            QuarantinedRow.state == states.OPEN_ROW,
        )
        .values(state=states.OVERTAKEN_ROW, resolved_by=run.id, resolved=clock.now())
    )


def is_unchanged(run: HarvestRun) -> bool:
    """Tell whether the public table says already what the source says."""
    return run.rows_before is not None and not (run.loaded or run.deleted)


def told(run: HarvestRun) -> dict[str, Any]:
    """Return the ledger's counts."""
    names = (
        "read",
        "loaded",
        "added",
        "updated",
        "deleted",
        "unchanged",
        "quarantined",
        "filtered",
        "pages",
        "bytes",
        "requests",
        "retries",
    )
    return {name: getattr(run, name) for name in names}
