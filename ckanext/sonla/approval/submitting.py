"""Submitting: nothing still loads, the checks pass, and everything is frozen."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import checks, clock

from . import digest, drafting, freezing, staging, states, steps, viewing
from .faults import fault
from .model import Revision, open_of

# How the cycle of an entry names its periods.
_PERIOD_KINDS = {
    "monthly": "month",
    "quarterly": "quarter",
    "half_yearly": "half",
    "yearly": "year",
}


def submit(revision: Revision, user_id: str | None, asked: dict[str, Any]) -> None:
    """Submit a revision, in the caller's transaction.

    Args:
        revision: under its row lock.
        asked: `note`, `data_period` and `publish_at`, each if given.
    """
    steps.expect(revision, "submit")
    steps.allow(revision, "submit", user_id)
    _only_one_open(revision)
    package = freezing.drafted(revision)
    _no_load_running(package)
    period = _period(package, asked.get("data_period"), revision)
    publish_at = asked.get("publish_at")
    staging.hold([resource["id"] for resource in package["resources"]])
    findings = _checked(package)
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
            "comment": None,
            "editors": drafting.with_editor(revision, user_id),
            "submitted_by": user_id,
            "submitted": clock.now(),
            "decided_by": None,
            "decided": None,
            "content": content,
            "digest": digest.digest_of(content),
            "digest_version": digest.VERSION,
        },
    )


def _only_one_open(revision: Revision) -> None:
    present = open_of(revision.dataset_id)
    if revision.state == states.WITHDRAWN and present is not None:
        raise steps.conflict(
            "state",
            tk._("A revision of this dataset is open already"),
            revision=present.id,
        )


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
    cycle = _cycle(package.get("catalogue_entry"))
    kind = _PERIOD_KINDS.get(cycle or "")
    if kind is None:
        return period
    if not period:
        raise steps.conflict("data_period", tk._("Say which period the data speaks of"))
    if clock.parse_period(period).kind != kind:
        raise steps.conflict(
            "data_period",
            tk._("{period} is not a period of this entry's cycle").format(
                period=period
            ),
        )
    return period


def _cycle(code: str | None) -> str | None:
    """Return the update cycle of an entry; a package outside the catalogue has none."""
    if not code:
        return None
    try:
        entry = tk.get_action("sonla_entry_show")(
            {"ignore_auth": True, "user": ""}, {"code": code}
        )
    except (KeyError, tk.ObjectNotFound):
        return None
    return entry.get("update_cycle")


def _checked(package: dict[str, Any]) -> list[dict[str, Any]]:
    findings = [finding.as_dict() for finding in checks.run_checks(package)]
    if any(finding["severity"] == checks.BLOCKS for finding in findings):
        raise steps.conflict(
            "message",
            tk._("The checks found what must be put right first"),
            findings=viewing.with_sentences(findings),
        )
    return findings
