"""Declaring that data has changed: the page of an agency's officer or leader (8.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import Blueprint

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.obligations.permissions import declares_for
from ckanext.sonla.shared import clock, policy
from ckanext.sonla.shared.formats import sonla_date

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

changes = Blueprint("sonla_changes", __name__)
_FIELDS = ("dataset_id", "date")


@changes.route("/obligations/change")
def ask() -> ResponseReturnValue:
    """Show the form; an address with a dataset has chosen it."""
    chosen = tk.request.args.get("dataset", "")
    return _form({"dataset_id": chosen, "date": clock.today().isoformat()}, {})


@changes.route("/obligations/change", methods=["POST"])
def declare() -> ResponseReturnValue:
    """Declare a change, and say when its update is due."""
    asked = {name: tk.request.form.get(name, "").strip() for name in _FIELDS}
    if not asked["dataset_id"]:
        return _form(asked, {"dataset_id": [tk._("Choose the dataset")]}), 409
    try:
        made = tk.get_action("sonla_change_declare")({}, asked)
    except tk.ObjectNotFound as missing:
        tk.abort(404, str(missing))
    except tk.NotAuthorized as refused:
        tk.abort(403, refused.message or tk._("You may not do this."))
    except tk.ValidationError as error:
        return _form(asked, error.error_dict), 409
    told = tk._("The change of {date} is noted. The update is due on {due}.")
    tk.h.flash_success(
        told.format(date=sonla_date(made["start"]), due=sonla_date(made["due"]))
    )
    return tk.redirect_to("sonla_obligations.owed", agency=made["agency"])


def _form(asked: dict[str, Any], errors: dict[str, Any]) -> str:
    agencies = declares_for(tk.current_user.name)
    if not agencies:
        tk.abort(403, tk._("Only the agency's officer or leader declares a change."))
    return tk.render(
        "obligations/change.html",
        {
            "datasets": published(agencies),
            "asked": asked,
            "errors": errors,
            "today": clock.today().isoformat(),
            "days": policy.number("update_days"),
        },
    )


def published(agencies: list[str]) -> list[Any]:
    """Return name and title of what the public sees of some agencies' datasets."""
    package = model.Package
    return list(
        model.Session.execute(
            sa.select(package.id, package.name, package.title)
            .where(
                package.owner_org.in_(agencies),
                package.state == model.State.ACTIVE,
                package.type == "dataset",
                package.private.is_(False),
            )
            .order_by(package.title, package.id)
        )
    )
