"""The switch: what was approved becomes what the public sees, whole or not at all."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.sonla.shared import clock

from . import drafting, signals, steps
from .model import Revision, published_of

if TYPE_CHECKING:
    from ckan.types import Context


def approve(revision: Revision, leader: str | None, asked: dict[str, Any]) -> bool:
    """Take a leader's decision, in the caller's transaction.

    Returns:
        Whether the revision is due now.
    """
    steps.expect(revision, "approve")
    if not secrets.compare_digest(
        asked["digest"].encode(), (revision.digest or "").encode()
    ):
        raise steps.conflict(
            "digest",
            tk._("This is not the digest of what was submitted: read it again"),
        )
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


def publish(revision_id: str) -> None:
    """Publish an approved revision: one commit decides."""
    revision = steps.lock(revision_id)
    steps.expect(revision, "publish")
    model.Session.execute(
        sa.select(sa.func.set_config("sonla.publishing", revision.id, True))
    )
    _put_package(revision)
    before = published_of(revision.dataset_id)
    if before is not None:
        steps.make(before, "supersede", by=revision.id)
    steps.make(revision, "publish", values={"published": clock.now()})
    model.Session.commit()
    signals.published.send(revision_id)


def _put_package(revision: Revision) -> None:
    context = portal_context()
    with drafting.own_hand():
        package = tk.get_action("package_show")(
            {**context, "for_update": True}, {"id": revision.dataset_id}
        )
        package["private"] = False
        package.pop("metadata_modified", None)
        tk.get_action("package_update")(context, package)


def portal_context() -> Context:
    """Return the context in which the portal itself writes, and commits itself."""
    site_user = tk.get_action("get_site_user")(
        {"ignore_auth": True, "defer_commit": True}, {}
    )
    return {
        "user": site_user["name"],
        "ignore_auth": True,
        "defer_commit": True,
        "return_id_only": True,
    }
