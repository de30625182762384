"""The leader's decision: it names by its digest what it approves."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import clock

from . import steps

if TYPE_CHECKING:
    from .model import Revision


def approve(revision: Revision, leader: str | None, asked: dict[str, Any]) -> bool:
    """Take a leader's decision, in the caller's transaction.

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
    )
    return due


def same_digest(revision: Revision, digest: str) -> None:
    """Refuse another digest than that of what was submitted (409)."""
    if not secrets.compare_digest(digest.encode(), (revision.digest or "").encode()):
        raise steps.conflict(
            "digest",
            tk._("This is not the digest of what was submitted: read it again"),
        )
