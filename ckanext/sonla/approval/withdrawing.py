"""The ways back: a revision taken back, returned, or given up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model

from . import drafting, steps

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
    model.Session.flush()
    delete_package(revision.package_id)


def delete_package(package_id: str) -> None:
    """Delete a package by the portal's own hand, in the caller's transaction."""
    site_user = tk.get_action("get_site_user")(
        {"ignore_auth": True, "defer_commit": True}, {}
    )
    with drafting.own_hand():
        tk.get_action("package_delete")(
            {
                "ignore_auth": True,
                "defer_commit": True,
                "user": site_user["name"],
            },
            {"id": package_id},
        )
