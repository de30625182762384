"""The portal's own hand: reading and writing packages as the site user.

Nobody's name stands in what it writes (activities carry user names), and it commits
nothing by itself: a switch or an opening is one commit of its caller.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import logic, model
from ckan.lib import search
from ckanext.sonla.shared import approvals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ckan.types import Context

# While the portal itself writes a package (a working copy, the switch) there is no
# draft to open and no editor to remember.
_own_hand: ContextVar[bool] = ContextVar("sonla_own_hand", default=False)


@contextmanager
def own_hand() -> Iterator[None]:
    """Mark what happens inside as the portal's own writing, not an officer's."""
    token = _own_hand.set(True)
    try:
        yield
    finally:
        _own_hand.reset(token)


def as_approved() -> Context:
    """Return the context in which what was approved is written, as it was approved."""
    # CKAN's type of a context knows CKAN's own keys only.
    return {**context(), approvals.AS_APPROVED: True}  # type: ignore[typeddict-item]


def by_own_hand() -> bool:
    """Tell whether the portal itself is writing."""
    return _own_hand.get()


def context() -> Context:
    """Return a context in which actions write without a commit."""
    site_user = tk.get_action("get_site_user")(
        {"ignore_auth": True, "defer_commit": True}, {}
    )
    return {
        "user": site_user["name"],
        "auth_user_obj": model.User.get(site_user["name"]),
        "ignore_auth": True,
        "defer_commit": True,
        "return_id_only": True,
    }


def show(package_id: str) -> dict[str, Any]:
    """Return a package as `package_update` takes it, read from its rows."""
    return tk.get_action("package_show")(
        {"ignore_auth": True, "user": "", "use_cache": False}, {"id": package_id}
    )


def index(package_id: str) -> None:
    """Index a package in the caller's transaction: a deferred commit skips it."""
    model.Session.flush()
    logic.index_update_package_dicts(
        logic.package_show_default_and_custom_schemas(context(), package_id),
        defer_commit=True,
    )


def remove(package_id: str) -> None:
    """Take a package that nobody needs any more out of CKAN, in its own commit."""
    package = model.Package.get(package_id)
    if package is None:
        return
    tk.get_action("dataset_purge")(
        {"user": context().get("user", ""), "ignore_auth": True}, {"id": package_id}
    )


def leave_index(package_id: str) -> None:
    """Take a package out of the search, in the caller's transaction."""
    search.index_for("Package").remove_dict({"id": package_id})


def pretend(setting: str, value: str) -> None:
    """Set a setting of PostgreSQL for the rest of the transaction."""
    model.Session.execute(sa.select(sa.func.set_config(setting, value, True)))
