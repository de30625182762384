"""What an agency owes, line by line, each with the one thing to do about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.obligations import statuses
from ckanext.sonla.obligations.model import PERIODIC
from ckanext.sonla.shared import clock, roles

MOST = 1000
# Of what came or was excused, the page shows the newest that was due in these days.
PAST_DAYS = 200
MOST_DONE = 30
_OPEN_REVISIONS = (
    "draft",
    "submitted",
    "returned",
    "withdrawn",
    "scheduled",
    "publishing",
)
_WITH_LEADER = ("submitted", "scheduled", "publishing")
_OWED = (statuses.MISSING, statuses.DUE, statuses.NOT_YET_DUE)
_DONE = (statuses.ON_TIME, statuses.LATE, statuses.EXCUSED, statuses.CLOSED)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Heap:
    """Lines that stand alike, the earliest due first; `more` of them aren't shown."""

    name: str
    lines: list[dict[str, Any]] = field(default_factory=list)
    more: int = 0


@dataclass(frozen=True)
class Work:
    """What an agency works on, and whether the reader is its officer.

    Args:
        datasets: by the code of their entry.
        revisions: open ones, by their dataset.
        compiles: whether the reader may draft.
    """

    datasets: dict[str, Any]
    revisions: dict[str, dict[str, Any]]
    compiles: bool


def owed_by(user: str, agency: str) -> list[Heap]:
    """Return an agency's lines in heaps; what waits for the leader comes first.

    Args:
        user: who reads; what she may do decides what each line offers.
        agency: the agency's id.
    """
    work = _work(user, agency)
    lines = [_line(one, work) for one in _listed(user, agency, status=list(_OWED))]
    waiting = [one for one in lines if one["with_leader"]]
    rest = [one for one in lines if not one["with_leader"]]
    since = (clock.today() - timedelta(days=PAST_DAYS)).isoformat()
    done = _listed(user, agency, status=list(_DONE), due_from=since)
    heaps = [
        Heap("waiting", waiting),
        *(Heap(name, [one for one in rest if one["status"] == name]) for name in _OWED),
        Heap(
            "done",
            [_line(one, work) for one in done[: -MOST_DONE - 1 : -1]],
            max(0, len(done) - MOST_DONE),
        ),
    ]
    return [heap for heap in heaps if heap.lines]


def _listed(user: str, agency: str, **asked: Any) -> list[dict[str, Any]]:
    found = tk.get_action("sonla_obligation_list")(
        {"user": user}, {"agency": agency, "limit": MOST, **asked}
    )
    return found["results"]


def _work(user: str, agency: str) -> Work:
    revisions = tk.get_action("sonla_revision_list")(
        {"user": user},
        {"agency": agency, "state": list(_OPEN_REVISIONS), "limit": MOST},
    )["results"]
    # A working copy bears its dataset's entry; only the dataset itself counts.
    copies = {r["package_id"] for r in revisions if r["package_id"] != r["dataset_id"]}
    package = model.Package
    code = package.extras["catalogue_entry"].astext
    rows = model.Session.execute(
        sa.select(package.id, package.name, package.title, package.private, code)
        .where(
            package.owner_org == agency,
            package.type == "dataset",
            package.state == model.State.ACTIVE,
            code.is_not(None),
        )
        .order_by(package.private.desc(), package.metadata_created)
    ).all()
    return Work(
        {row[4]: row for row in rows if row.id not in copies},
        {revision["dataset_id"]: revision for revision in revisions},
        compiles=roles.holds(user, roles.OFFICER, agency),
    )


def _line(told: dict[str, Any], work: Work) -> dict[str, Any]:
    """Return an obligation with what to do about it, and where its days went."""
    dataset = work.datasets.get(told["entry"])
    revision = work.revisions.get(dataset.id) if dataset else None
    open_ = told["status"] in _OWED
    with_leader = bool(
        open_
        and revision
        and revision["state"] in _WITH_LEADER
        and told["submitted_at"]
    )
    return {
        **told,
        "with_leader": with_leader,
        "revision": revision,
        "work": dataset,
        "to_do": _to_do(told, dataset, revision, compiles=work.compiles)
        if open_
        else "",
        "days": _days(told, with_leader),
    }


def _to_do(told: dict[str, Any], dataset: Any, revision: Any, *, compiles: bool) -> str:
    """Return the one thing that the reader does: a word that the template knows."""
    if revision and "approve" in (revision.get("transitions") or ()):
        # The leader's turn, or that of who stands in for her.
        return "decide"
    if not compiles:
        return ""
    if revision:
        return "look" if revision["state"] in _WITH_LEADER else "go_on"
    if dataset is None:
        return "begin"
    return "update_or_confirm" if told["kind"] == PERIODIC else "update"


def _days(told: dict[str, Any], with_leader: bool) -> dict[str, float] | None:
    """Return the days with officer and leader, of what is open until now."""
    if told["officer_days"] is not None:
        return {"officer": told["officer_days"], "leader": told["leader_days"] or 0}
    now = clock.now()
    if told["status"] not in _OWED or told["status"] == statuses.NOT_YET_DUE:
        return None
    opened = clock.end_of(_date(told["opens"]) - _DAY)
    sent = told["submitted_at"]
    since = datetime.fromisoformat(sent) if sent else now
    officer = max(0.0, (since - opened) / _DAY)
    leader = max(0.0, (now - since) / _DAY) if with_leader else 0.0
    return {"officer": round(officer, 1), "leader": round(leader, 1)}


def _date(text: str) -> Any:
    return datetime.fromisoformat(text).date()
