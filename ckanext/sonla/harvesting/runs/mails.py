"""What officers are told of runs: a failing source once, and more if they want it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.harvest.model import HarvestSource
from ckanext.sonla.harvesting import configuration, stored
from ckanext.sonla.shared import preferences, roles
from ckanext.sonla.shared.language import speaking
from ckanext.sonla.shared.mail import Mail, outbox

from . import problems, states
from .model import HarvestRun

if TYPE_CHECKING:
    from collections.abc import Iterator

ALWAYS, ON_CHANGE, ON_ERROR = "always", "change", "error"


def of(run: HarvestRun) -> Iterator[Mail]:
    """Yield the notices of a run that has just ended."""
    if not _wanted(run):
        return
    key = _key(run)
    for user in roles.holders_of(roles.OFFICER, run.agency_id or ""):
        yield _mail(f"{key}:{user}", user, run)


def _wanted(run: HarvestRun) -> bool:
    source = stored.source(run.source_id)
    config = configuration.parse(source.config) if source else {}
    wish = config.get("mail", ON_ERROR)
    if run.outcome == states.FAILED or wish == ALWAYS:
        return True
    return wish == ON_CHANGE and run.outcome in (states.SUBMITTED, states.PUBLISHED)


def _key(run: HarvestRun) -> str:
    """Return a key: the same for all failures in a row, so that they are told once."""
    if run.outcome != states.FAILED:
        return f"harvest.ended:{run.id}"
    return f"harvest.failing:{run.source_id}:{first_failure(run)}"


def first_failure(run: HarvestRun) -> int:
    """Return the number of the first of the failures in a row that a run ends."""
    before = (
        HarvestRun.source_id == run.source_id,
        HarvestRun.number < run.number,
        HarvestRun.state == states.ENDED,
    )
    good = model.Session.scalar(
        sa.select(sa.func.max(HarvestRun.number)).where(
            *before, HarvestRun.outcome.in_(states.SUCCESSES)
        )
    )
    failed = model.Session.scalar(
        sa.select(sa.func.min(HarvestRun.number)).where(
            *before,
            HarvestRun.outcome == states.FAILED,
            HarvestRun.number > (good or 0),
        )
    )
    return failed or run.number


def _mail(key: str, user: str, run: HarvestRun) -> Mail:
    package: Any = model.Package.get(run.source_id)
    title = package.title or package.name if package else run.source_id
    spoken = preferences.language_of(user)
    with speaking(spoken):
        subject = _subject(run).format(source=title, number=run.number)
        parts = [problems.say(reason) for reason in run.reasons]
        if run.compared:
            parts.append(_counted(run))
        if run.outcome == states.FAILED:
            parts.append(
                tk._(
                    "The public data stays as it is. You are told again once it"
                    " worked and then failed anew."
                )
            )
    site = tk.config["ckan.site_url"].rstrip("/")
    return Mail(
        key=key,
        user_id=user,
        subject=subject,
        text="\n\n".join(parts),
        language=spoken,
        link=f"{site}/harvest/{package.name}" if package else site,
        gather=True,
    )


def _counted(run: HarvestRun) -> str:
    source: Any = HarvestSource.get(run.source_id)
    names = ("read", "added", "updated", "deleted", "unchanged", "quarantined")
    counts = {name: getattr(run, name) for name in names}
    if source is not None and source.type in configuration.CATALOGUES:
        return tk._(
            "{read} datasets read: {added} new and {updated} changed ones submitted,"
            " {unchanged} unchanged, {quarantined} not taken over."
        ).format(**counts)
    return tk._(
        "{read} rows read: {added} added, {updated} updated, {deleted} deleted,"
        " {unchanged} unchanged, {quarantined} kept back for errors."
    ).format(**counts)


def _subject(run: HarvestRun) -> str:
    return {
        states.FAILED: tk._("The source “{source}” can't be taken over"),
        states.HELD: tk._("The source “{source}” waits for an open revision"),
        states.STOPPED: tk._("The run of the source “{source}” was stopped"),
        states.UNCHANGED: tk._("The source “{source}” is unchanged"),
        states.SUBMITTED: tk._("The source “{source}” was read and submitted"),
        states.PUBLISHED: tk._("The source “{source}” was read and published"),
    }[str(run.outcome)]


__all__ = ["first_failure", "of", "outbox"]
