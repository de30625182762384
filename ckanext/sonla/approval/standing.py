"""Publishing under a leader's standing approval: her decision, given beforehand.

Invariant 1 counts it as an approval, invariant 2 holds as for any: who decided is the
leader, and she neither edited nor submitted. It covers the rows of one table. Whatever
else of the dataset differs from what is public, she reads herself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import checks, events, standing_approvals

from . import deciding, hand, states
from .model import published_of

if TYPE_CHECKING:
    from .model import Revision

# What differs from run to run in the words of a content (docs/digest.md).
_OF_A_RUN = ("kind", "data_period")
_OF_ITS_FILE = ("url", "file")
_OF_ITS_ROWS = ("rows", "sha256")


def approve(revision: Revision, digest: str) -> bool:
    """Take the decision that a standing approval holds, in the caller's transaction.

    Args:
        revision: under its row lock, submitted.
        digest: of what was submitted.

    Returns:
        Whether the revision is due now.

    Raises:
        ckan NotAuthorized: no standing approval covers it.
        ckan ValidationError: another digest, or not the time (409).
    """
    standing = standing_approvals.covering(revision.id)
    if standing is None or not _covers(standing.table, revision):
        raise tk.NotAuthorized(
            tk._("No standing approval covers this revision: the leader decides.")
        )
    told: dict[str, Any] = {
        "standing_approval": standing.approval,
        "standing_digest": standing.digest,
        "source": standing.source,
    }
    due = deciding.approve(revision, standing.leader, {"digest": digest}, told)
    events.record(
        "revision.approved_standing",
        object_type="dataset",
        object_id=revision.dataset_id,
        agency=revision.agency_id,
        revision=revision.id,
        digest=revision.digest,
        **told,
    )
    return due


def _covers(table: str, revision: Revision) -> bool:
    published = published_of(revision.dataset_id)
    if published is None or published.kind == states.RETIREMENT:
        return False
    if revision.state != states.SUBMITTED or revision.kind != states.UPDATE:
        return False
    if _kinds(revision) - _kinds(published):
        return False
    place = _place_of(table, hand.show(revision.dataset_id)["resources"])
    return only_rows_differ(published.content or {}, revision.content or {}, place)


def _kinds(revision: Revision) -> set[tuple[Any, ...]]:
    """Return the kinds of things that a revision's checks want a reason for.

    What the leader never read a reason for, such as a column that looks like personal
    data, is hers to judge.
    """
    return {
        (one.get("check"), one.get("rule"), one.get("column"))
        for one in revision.findings or []
        if one["severity"] == checks.NEEDS_REASON
    }


def _place_of(table: str, resources: list[dict[str, Any]]) -> int | None:
    """Return which resource has an entry's table; None if that isn't one alone."""
    named = [n for n, one in enumerate(resources) if one.get("table") == table]
    # The entry's only table needs no name.
    active = [n for n, one in enumerate(resources) if one.get("datastore_active")]
    places = named or active
    return places[0] if len(places) == 1 else None


def only_rows_differ(
    public: dict[str, Any], proposed: dict[str, Any], place: int | None
) -> bool:
    """Tell whether two contents are the same but for the rows of one table.

    Args:
        public: the content of the published revision.
        proposed: the content of the submitted one.
        place: of the resource whose rows, and file, may be others.
    """
    return place is not None and _fixed(public, place) == _fixed(proposed, place)


def _fixed(content: dict[str, Any], place: int) -> dict[str, Any]:
    """Return what of a content may not change."""
    kept = {key: value for key, value in content.items() if key not in _OF_A_RUN}
    resources = list(content.get("resources") or [])
    if place < len(resources) and resources[place].get("table"):
        resources[place] = _without_rows(resources[place])
    return {**kept, "resources": resources}


def _without_rows(resource: dict[str, Any]) -> dict[str, Any]:
    kept = {key: one for key, one in resource.items() if key not in _OF_ITS_FILE}
    rows = {k: v for k, v in resource["table"].items() if k not in _OF_ITS_ROWS}
    return {**kept, "table": rows}
