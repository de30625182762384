"""How sources do: the last thirty runs of each as a small picture, worst first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import redis
import sqlalchemy as sa

from ckan import model
from ckanext.harvest.model import HarvestSource
from ckanext.sonla.shared import clock, jobs
from ckanext.sonla.shared.console import ConsoleSection, register_section
from ckanext.sonla.shared.msgid import N_

from . import configuration
from .runs import problems, states
from .runs.model import HarvestRun, QuarantinedRow
from .standing import voiding

if TYPE_CHECKING:
    from collections.abc import Iterable

LAST = 30
# Where a bar stands, and how high it is: a failed run is seen at a glance.
WIDTH, HEIGHT = 10, 100
WAITS = "waits"
_HEIGHTS = {states.UNCHANGED: 35, states.HELD: 60, states.STOPPED: 60, WAITS: 20}
_RANK = {states.FAILED: 0, states.HELD: 1, states.SUBMITTED: 2}
OUTCOMES = {
    states.UNCHANGED: N_("Nothing new"),
    states.SUBMITTED: N_("Sent to the leader"),
    states.PUBLISHED: N_("Published"),
    states.HELD: N_("Held back"),
    states.FAILED: N_("Failed"),
    states.STOPPED: N_("Stopped"),
    WAITS: N_("It is running"),
}


@dataclass(frozen=True)
class Bar:
    """One run in the picture: where it stands, and how it ended."""

    x: int
    y: int
    height: int
    outcome: str
    number: int


def bars(found: Iterable[tuple[int, str | None]]) -> list[Bar]:
    """Return the bars of runs, the oldest first.

    Args:
        found: number and outcome of each, the newest first.
    """
    drawn = []
    for place, (number, ended) in enumerate(reversed(list(found))):
        outcome = ended or WAITS
        height = _HEIGHTS.get(outcome, HEIGHT)
        drawn.append(Bar(place * WIDTH, HEIGHT - height, height, outcome, number))
    return drawn


def picture(source_id: str) -> list[Bar]:
    """Return the bars of a source's last runs."""
    found = model.Session.execute(
        sa.select(HarvestRun.number, HarvestRun.outcome)
        .where(HarvestRun.source_id == source_id)
        .order_by(HarvestRun.number.desc())
        .limit(LAST)
    )
    return bars((number, outcome) for number, outcome in found)


def _sources() -> list[dict[str, Any]]:
    found = model.Session.execute(
        sa.select(model.Package.id, model.Package.name, model.Package.title, Agency)
        .join(HarvestSource, HarvestSource.id == model.Package.id)
        .outerjoin(model.Group, model.Group.id == model.Package.owner_org)
        .where(
            model.Package.type == "harvest",
            model.Package.state == "active",
            HarvestSource.type.in_(configuration.KINDS),
        )
    )
    waits = dict(
        model.Session.execute(
            sa.select(QuarantinedRow.source_id, sa.func.count())
            .where(QuarantinedRow.state == states.OPEN_ROW)
            .group_by(QuarantinedRow.source_id)
        )
        .tuples()
        .all()
    )
    return [
        {
            "id": id_,
            "name": name,
            "title": title or name,
            "agency": agency,
            "waiting": waits.get(id_, 0),
            **last(id_),
        }
        for id_, name, title, agency in found
    ]


Agency: Any = model.Group.title


def waiting(source_id: str) -> int:
    """Return how many rows of a source wait to be corrected."""
    query = sa.select(sa.func.count()).where(
        QuarantinedRow.source_id == source_id, QuarantinedRow.state == states.OPEN_ROW
    )
    return model.Session.scalar(query) or 0


def last(source_id: str) -> dict[str, Any]:
    """Return how a source's last run ended, the picture, and whether it is approved."""
    run = HarvestRun.last_of(source_id)
    return {
        "bars": picture(source_id),
        "outcome": (run.outcome or WAITS) if run else None,
        "ended": clock.iso_z(run.ended) if run and run.ended else None,
        "reasons": [problems.say(one) for one in run.reasons] if run else [],
        "approved": voiding.approved(source_id) is not None,
    }


@register_section
class Sources(ConsoleSection):
    """How the harvest sources do; what failed stands first."""

    name = "harvest_sources"
    title = N_("Sources of data")
    order = 60
    template = "harvesting/snippets/console_sources.html"

    def read(self) -> dict[str, Any]:
        found = _sources()
        found.sort(key=lambda one: (_RANK.get(str(one["outcome"]), 3), one["title"]))
        failed = sum(one["outcome"] == states.FAILED for one in found)
        return {"count": failed, "sources": found, "waits": not _is_served()}


def _is_served() -> bool:
    """Tell whether a worker does runs; nothing does while the queue is away."""
    try:
        return jobs.LONG in jobs.served()
    except redis.RedisError:
        return False
