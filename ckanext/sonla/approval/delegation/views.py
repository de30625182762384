"""The page on which a leader who will be away names a delegate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import policy, roles

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

delegations = Blueprint("sonla_delegations", __name__, url_prefix="/delegations")
_FIELDS = ("agency", "from", "until", "decision")
LONGEST = 1000


@delegations.before_request
def _for_leaders_and_operators() -> None:
    held = roles.appointment_of(tk.current_user.name)
    if held is None or held.role not in (roles.LEADER, roles.OPERATOR):
        tk.abort(403, tk._("Only the agency's leader or an operator names a delegate"))


@delegations.get("")
def index() -> str:
    """Show who stands in for whom, and the form."""
    return _page({}, {})


@delegations.post("")
def create() -> ResponseReturnValue:
    """Name a delegate."""
    values = {name: value.strip() for name, value in tk.request.form.items()}
    asked: dict[str, Any] = {name: values[name] for name in _FIELDS if values.get(name)}
    new = {name: values[name] for name in ("email", "fullname") if values.get(name)}
    asked["delegate"] = {"name": values.get("delegate", ""), **new}
    try:
        tk.get_action("sonla_delegation_create")({}, asked)
    except tk.NotAuthorized as refused:
        tk.abort(403, refused.message or tk._("You may not do this"))
    except tk.ObjectNotFound as missing:
        tk.abort(404, missing.message or tk._("There is no such agency"))
    except tk.ValidationError as error:
        return _page(values, error.error_dict), 409
    tk.h.flash_success(tk._("The delegate is named, and both persons are told."))
    return tk.redirect_to("sonla_delegations.index")


@delegations.post("/<id>/revoke")
def revoke(id: str) -> ResponseReturnValue:  # noqa: A002 - the word in CKAN's addresses
    """End a delegation before its date."""
    try:
        tk.get_action("sonla_delegation_revoke")({}, {"id": id})
    except tk.ObjectNotFound:
        tk.abort(404, tk._("There is no such delegation"))
    except tk.NotAuthorized as refused:
        tk.abort(403, refused.message or tk._("You may not do this"))
    except tk.ValidationError:
        tk.h.flash_notice(tk._("The delegation has ended already"))
    else:
        tk.h.flash_success(tk._("The delegation has ended."))
    return tk.redirect_to("sonla_delegations.index")


def _page(values: dict[str, str], errors: dict[str, Any]) -> str:
    held = roles.appointment_of(tk.current_user.name)
    assert held is not None  # noqa: S101 - asked before every request
    is_operator = held.role == roles.OPERATOR
    asked: dict[str, Any] = {"limit": LONGEST}
    if not is_operator:
        asked["agency"] = held.agency_id
    found = tk.get_action("sonla_delegation_list")({}, asked)
    return tk.render(
        "approval/delegations.html",
        {
            "delegations": found["results"],
            "agencies": _agencies() if is_operator else [],
            "data": values,
            "errors": errors,
        },
    )


def _agencies() -> list[dict[str, str]]:
    """Return the agencies that an operator records a decision for."""
    rows = model.Session.query(model.Group.name, model.Group.title).filter(
        model.Group.is_organization.is_(True),
        model.Group.state == model.State.ACTIVE,
        model.Group.name != policy.text("operating_office"),
    )
    return [
        {"value": name, "text": title or name}
        for name, title in rows.order_by(model.Group.title)
    ]
