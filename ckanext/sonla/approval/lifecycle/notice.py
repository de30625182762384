"""What stands at the address of a dataset whose content isn't served any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flask

import ckan.plugins.toolkit as tk
from ckan import model

from . import serving, standing, taking_down

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

# The dataset's own address answers with the notice; what lay under it is gone (410).
_OWN = ("dataset.read",)
_PACKAGE = ("id", "_id", "package_id")


def stand_in() -> ResponseReturnValue | None:
    """Answer with the notice, where a stranger asks for what isn't served."""
    package, resource_id = _asked()
    if package is None:
        return None
    taken = serving.take_down_of(package.id)
    if taken is not None and not _may_read(package):
        return _notice("taken_down", taking_down.shown(taken))
    retired = standing.retirement(package.id) if resource_id else None
    if retired is not None:
        return _notice("retired", {**retired, "dataset": package.name})
    return None


def _asked() -> tuple[model.Package | None, str | None]:
    """Return the dataset that an address is about, and the resource if it names one."""
    given: dict[str, Any] = flask.request.view_args or {}
    # Actions answer for themselves.
    if not given or flask.request.blueprint == "api":
        return None, None
    resource_id = given.get("resource_id")
    resource = model.Resource.get(resource_id) if resource_id else None
    named = [resource.package_id if resource else None]
    if str(flask.request.url_rule).startswith("/dataset/"):
        named += [given.get(key) for key in _PACKAGE]
    found = (model.Package.get(name) for name in named if name)
    return next((package for package in found if package), None), resource_id


def _may_read(package: model.Package) -> bool:
    context: Any = {"user": tk.current_user.name}
    try:
        tk.check_access("package_show", context, {"id": package.id})
    except tk.NotAuthorized:
        return False
    return True


def _notice(kind: str, told: dict[str, Any]) -> ResponseReturnValue:
    page = tk.render("approval/notice.html", {"kind": kind, "notice": told})
    status = 200 if flask.request.endpoint in _OWN else 410
    return page, status, {"X-Robots-Tag": "noindex"}
