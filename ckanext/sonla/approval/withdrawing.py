"""The ways back: a revision taken back, returned, or given up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ckan import model

from . import hand, steps

if TYPE_CHECKING:
    from .model import Revision


def reopen(
    revision: Revision,
    step: str,
    user_id: str | None,
    values: dict[str, Any] | None = None,
) -> None:
    """Give a submitted revision back to the officer; its digest is void.

    The event keeps the digest that was submitted (invariant 3: going back voids it).
    """
    steps.make(
        revision,
        step,
        user_id,
        {
            **(values or {}),
            "digest": None,
            "digest_version": None,
            "content": None,
            "publish_at": None,
        },
        voided=revision.digest,
    )


def discard(revision: Revision, user_id: str | None) -> None:
    """Give a revision up and delete the package that it was drafted in."""
    steps.make(revision, "discard", user_id)
    if revision.is_declared():
        return
    package = model.Package.get(revision.package_id)
    if package is not None and package.state != model.State.DELETED:
        with hand.own_hand():
            package.delete()
            model.Session.flush()
            hand.leave_index(package.id)
