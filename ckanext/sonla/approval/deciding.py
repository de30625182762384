"""The leader's decision: it names by its digest what it approves."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import checks, clock

from . import freezing, steps, viewing

if TYPE_CHECKING:
    from .model import Revision

CONTENT_KINDS = ("publication", "update")


def approve(
    revision: Revision,
    leader: str | None,
    asked: dict[str, Any],
    told: dict[str, Any] | None = None,
) -> bool:
    """Take a leader's decision, in the caller's transaction.

    Args:
        revision: under its row lock.
        leader: the id of her account.
        asked: `digest` of what she approves, and `comment`.
        told: what else the event says.

    Returns:
        Whether the revision is due now.
    """
    steps.expect(revision, "approve")
    same_digest(revision, asked["digest"])
    steps.allow(revision, "approve", leader)
    if leader == revision.submitted_by or leader in revision.editors:
        raise tk.NotAuthorized(
            tk._("Who edited or submitted a revision cannot approve it")
        )
    _rules_still_hold(revision)
    due = revision.publish_at is None or revision.publish_at <= clock.now()
    steps.make(
        revision,
        "approve" if due else "schedule",
        leader,
        {
            "decided_by": leader,
            "decided": clock.now(),
            "comment": asked.get("comment"),
        },
        **(told or {}),
    )
    return due


def _rules_still_hold(revision: Revision) -> None:
    """Refuse (409) what was submitted by rules that have changed since.

    The entry may have been amended or taken out by an edition that is in force now. To
    retire a dataset, or to say that nothing changed, asks nothing of its content.
    """
    if revision.kind not in CONTENT_KINDS or revision.submitted is None:
        return
    package = freezing.drafted(revision)
    found = checks.run_again(package, revision.submitted)
    findings = [one.as_dict() for one in found if one.severity == checks.BLOCKS]
    if findings:
        raise steps.conflict(
            "message",
            " ".join(checks.sentence(one) for one in findings),
            findings=viewing.with_sentences(findings, package),
        )


def same_digest(revision: Revision, digest: str) -> None:
    """Refuse another digest than that of what was submitted (409)."""
    if not secrets.compare_digest(digest.encode(), (revision.digest or "").encode()):
        raise steps.conflict(
            "digest",
            tk._("This is not the digest of what was submitted: read it again"),
        )
