"""When a source is due: by cron, frequency or its entry's cycle; slower after failures.

What is due depends on what has run, not on when somebody last looked: after an outage
of the portal a source is caught up with once.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.harvest.model import HarvestJob, HarvestSource
from ckanext.sonla.harvesting import configuration, cron

from . import cycle, mails, starting, states
from .model import HarvestRun

if TYPE_CHECKING:
    from ckan.types import Context

# ckanext-harvest's own form has these.
FREQUENCIES = {
    "ALWAYS": "0 * * * *",
    "DAILY": "0 1 * * *",
    "WEEKLY": "0 1 * * 0",
    "BIWEEKLY": "0 1 1,15 * *",
    "MONTHLY": "0 1 1 * *",
}
FIRST_WAIT = dt.timedelta(minutes=5)
LONGEST_WAIT = dt.timedelta(days=1)


def next_at(
    expression: str | None,
    last: dt.datetime,
    failures: int = 0,
    ended: dt.datetime | None = None,
) -> dt.datetime | None:
    """Return when a source is due, None for one that only somebody starts.

    Args:
        expression: of cron, in the province's time.
        last: when it was last asked for, or made.
        failures: of its runs, in a row.
        ended: when the last of them did.
    """
    if expression is None:
        return None
    if failures and ended is not None:
        return _again_at(failures, ended)
    return cron.next_after(expression, last)


def _again_at(failures: int, ended: dt.datetime) -> dt.datetime:
    # Sooner than the next turn of a slow source, later than that of a quick one.
    return ended + min(FIRST_WAIT * 2 ** min(failures - 1, 16), LONGEST_WAIT)


def expression_of(source: Any) -> str | None:
    """Return a source's cron expression, None without a schedule."""
    told = _config_of(source).get("schedule")
    return told if cron.is_valid(told) else FREQUENCIES.get(source.frequency)


def _config_of(source: Any) -> dict[str, Any]:
    try:
        return configuration.parse(source.config)
    except tk.ValidationError:
        return {}


def due(moment: dt.datetime) -> list[str]:
    """Return the ids of the sources that are due and not running."""
    found = []
    for source in _active():
        if HarvestRun.open_of(source.id) is not None:
            continue
        at = next_of(source)
        if at is not None and at <= moment:
            found.append(source.id)
    return found


def next_of(source: Any) -> dt.datetime | None:
    """Return when a source is due, as its runs are now; None for one that never is."""
    last = HarvestRun.last_of(source.id)
    asked = last.queued if last else source.created.replace(tzinfo=dt.UTC)
    failed = last is not None and last.outcome == states.FAILED
    failures = _failures(last) if failed and last else 0
    ended = last.ended if last else None
    config = _config_of(source)
    if config.get("schedule") != cycle.CYCLE:
        return next_at(expression_of(source), asked, failures, ended)
    package: Any = model.Package.get(source.id)
    at = cycle.of(config, package.owner_org if package else None, asked)
    if at is not None and failures and ended is not None:
        return _again_at(failures, ended)
    return at


_COLUMNS: Any = sa.inspect(HarvestSource).columns


def _active() -> list[Any]:
    return list(
        model.Session.scalars(
            sa.select(HarvestSource)
            .join(model.Package, model.Package.id == HarvestSource.id)
            .where(
                HarvestSource.type.in_(configuration.KINDS),
                _COLUMNS.active.is_(True),
                model.Package.state == "active",
            )
            .order_by(HarvestSource.id)
        )
    )


def _failures(last: HarvestRun) -> int:
    """Return how many runs of a source failed in a row, up to its last one."""
    first = mails.first_failure(last)
    query = sa.select(sa.func.count()).where(
        HarvestRun.source_id == last.source_id,
        HarvestRun.number >= first,
        HarvestRun.outcome == states.FAILED,
    )
    return model.Session.scalar(query) or 1


def start_due(moment: dt.datetime) -> list[str]:
    """Start the runs that are due; return their sources' ids."""
    started = []
    for source_id in due(moment):
        try:
            starting.refuse(source_id)
        except (tk.ValidationError, tk.ObjectNotFound):
            # A revision is open, or something is not said yet: nobody is asked for
            # rows that could go nowhere.
            continue
        site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})
        context: Context = {"ignore_auth": True, "user": site_user["name"]}
        context["sonla_harvest_cause"] = states.SCHEDULED  # pyright: ignore[reportGeneralTypeIssues]
        try:
            tk.get_action("harvest_job_create")(context, {"source_id": source_id})
        except tk.ValidationError:
            continue
        started.append(source_id)
    return started


def adopt() -> None:
    """Give a run to the jobs that ckanext-harvest made without asking us."""
    without = sa.select(HarvestRun.job_id).where(HarvestRun.job_id == HarvestJob.id)
    jobs = model.Session.scalars(
        sa.select(HarvestJob)
        .join(HarvestSource, HarvestSource.id == HarvestJob.source_id)
        .where(
            HarvestSource.type.in_(configuration.KINDS),
            HarvestJob.status.in_(("New", "Running")),
            ~without.exists(),
        )
    ).all()
    found: Any = [(job.id, job.source_id) for job in jobs]
    for job_id, source_id in found:
        try:
            starting.begin(source_id, job_id, states.ASKED, None)
        except (tk.ValidationError, tk.ObjectNotFound):
            continue
