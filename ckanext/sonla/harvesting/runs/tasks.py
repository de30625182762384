"""What is due for runs: start, go on, forget."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.shared import clock, policy
from ckanext.sonla.shared.tick import task

from . import recovering, schedule, spool, states
from .model import HarvestRun

# The queue's own entry had this long to be run before another one is made.
WAIT = dt.timedelta(minutes=5)
# So long a broken-off run's rows wait for the next one to go on behind them.
SPOOL_KEPT = dt.timedelta(days=2)


@task("harvesting.runs")
def runs() -> None:
    """Go on with what was broken off, and start what is due."""
    recovering.catch_up(WAIT)
    schedule.adopt()
    schedule.start_due(clock.now())


@task("harvesting.ledger")
def forget() -> None:
    """Delete ledgers that were kept long enough, and files that nobody needs."""
    before = clock.now() - dt.timedelta(days=policy.number("harvest_ledger_days"))
    model.Session.execute(
        sa.delete(HarvestRun).where(
            HarvestRun.state == states.ENDED,
            HarvestRun.ended < before,
            ~HarvestRun.id.in_(_needed()),
        )
    )
    model.Session.commit()
    open_runs = set(
        model.Session.scalars(
            sa.select(HarvestRun.id).where(HarvestRun.state != states.ENDED)
        )
    )
    old = clock.now().timestamp() - SPOOL_KEPT.total_seconds()
    for path in spool.folder().iterdir():
        if path.name.partition(".")[0] not in open_runs and path.stat().st_mtime < old:
            path.unlink(missing_ok=True)


def _needed() -> sa.Select[tuple[str]]:
    """Return each source's newest run: the next one begins where it ended."""
    return (
        sa.select(HarvestRun.id)
        .where(HarvestRun.outcome.in_(states.SUCCESSES))
        .order_by(HarvestRun.source_id, HarvestRun.number.desc())
        .distinct(HarvestRun.source_id)
    )
