"""Submitting: nothing still loads, the checks pass, and everything is frozen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import clock

from . import checking, digest, freezing, periods, steps
from .drafting import corrections, opening, staging, table_updates
from .faults import declare, fault

if TYPE_CHECKING:
    from .model import Revision

declare("submit", "held", "frozen")


def submit(
    revision: Revision,
    user_id: str | None,
    asked: dict[str, Any],
    outside: checking.Outside,
) -> None:
    """Submit a revision, in the caller's transaction.

    Args:
        revision: under its row lock.
        asked: `note`, `public_note`, `data_period`, `publish_at` and `reasons`, each
            if given.
        outside: what the checks that ask other machines found before the lock.
    """
    steps.expect(revision, "submit")
    steps.allow(revision, "submit", user_id)
    opening.alone(revision)
    package = freezing.drafted(revision)
    _no_load_running(package)
    period = _period(package, asked.get("data_period"), revision)
    public_note = corrections.public_note(revision, asked.get("public_note"), period)
    publish_at = asked.get("publish_at")
    staging.hold([resource["id"] for resource in package["resources"]])
    fault("held")
    findings = checking.before_submit(package, outside, asked.get("reasons") or {})
    content = freezing.freeze(revision, package, period, publish_at)
    fault("frozen")
    steps.make(
        revision,
        "submit",
        user_id,
        {
            "data_period": period,
            "publish_at": publish_at,
            "findings": findings,
            "note": asked.get("note"),
            "public_note": public_note,
            "editors": opening.with_editor(revision, user_id),
            **_submitted(user_id, content),
        },
        public_note=public_note,
        tables=_updated_tables(revision),
    )


def _submitted(user_id: str | None, content: dict[str, Any]) -> dict[str, Any]:
    """Return who submitted what, with its digest, and no decision of before."""
    return {
        "submitted_by": user_id,
        "submitted": clock.now(),
        "decided_by": None,
        "decided": None,
        "comment": None,
        "content": content,
        "digest": digest.digest_of(content),
        "digest_version": digest.VERSION,
    }


def _updated_tables(revision: Revision) -> list[dict[str, Any]]:
    """Return which tables are updated in part, and how, for the log."""
    return [
        {"resource": row.public_id, "mode": row.mode, "period": row.period}
        for row in table_updates.of_revision(revision)
    ]


def _no_load_running(package: dict[str, Any]) -> None:
    """Refuse while a file is still being read into its table: it would change after."""
    running = [
        load["resource_id"]
        for load in _loads(package["id"])
        if load["state"] in ("waiting", "running")
    ]
    if running:
        raise steps.conflict(
            "loads",
            tk._("Files are still being read into their tables. Try again shortly"),
            resources=running,
        )


def _loads(package_id: str) -> list[dict[str, Any]]:
    try:
        listing = tk.get_action("sonla_load_list")
    except KeyError:
        return []
    answer = listing({"ignore_auth": True, "user": ""}, {"package_id": package_id})
    return answer["results"] if isinstance(answer, dict) else answer


def _period(
    package: dict[str, Any], asked: str | None, revision: Revision
) -> str | None:
    """Return the period that the data speaks of, by the cycle of its entry."""
    period = asked or revision.data_period
    kind = periods.kind_of(package)
    if kind is None:
        return period
    if not period:
        raise steps.conflict("data_period", tk._("Say which period the data speaks of"))
    return periods.of_kind(period, kind)
