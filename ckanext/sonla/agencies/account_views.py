"""The operator's pages about accounts: who holds which, hand-over, suspension."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint

import ckan.plugins.toolkit as tk
from ckan import authz
from ckanext.sonla.shared import roles

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from ckan.types import Context

sonla_accounts = Blueprint("sonla_accounts", __name__, url_prefix="/agencies/accounts")
LONGEST = 1000


@sonla_accounts.before_request
def _only_for_those_who_know_persons() -> None:
    try:
        tk.check_access("sonla_account_list", _context(), {})
    except tk.NotAuthorized as error:
        tk.abort(403, str(error))


def _context() -> Context:
    return {"user": tk.current_user.name, "auth_user_obj": tk.current_user}


@sonla_accounts.get("")
def index() -> str:
    """List the accounts by agency, with what can be done."""
    asked = {
        name: tk.request.args[name]
        for name in ("agency", "role")
        if tk.request.args.get(name)
    }
    try:
        found = tk.get_action("sonla_account_list")(
            _context(), {**asked, "limit": LONGEST}
        )
    except tk.ValidationError:
        tk.abort(404, tk._("There is no such role"))
    return tk.render(
        "agencies/accounts.html",
        {
            "accounts": found["results"],
            "asked": asked,
            "roles": roles.ROLES,
            "may_change": roles.holds(tk.current_user.name, roles.OPERATOR)
            or authz.is_sysadmin(tk.current_user.name),
        },
    )


@sonla_accounts.get("/<account>/hand-over")
def hand_over_form(account: str) -> str:
    """Show the form for a successor."""
    return _form(account, {}, {})


@sonla_accounts.post("/<account>/hand-over")
def hand_over(account: str) -> ResponseReturnValue:
    """Hand an account over."""
    values = {name: value.strip() for name, value in tk.request.form.items()}
    successor = {
        name: values[f"successor_{name}"]
        for name in ("name", "fullname", "email")
        if values.get(f"successor_{name}")
    }
    asked: dict[str, Any] = {
        "account": account,
        "successor": successor or "",
        "decision": values.get("decision", ""),
    }
    try:
        made = tk.get_action("sonla_account_hand_over")(_context(), asked)
    except tk.ObjectNotFound as error:
        return tk.abort(404, str(error))
    except tk.NotAuthorized as error:
        return tk.abort(403, str(error))
    except tk.ValidationError as error:
        return _form(account, values, error.error_dict), 409
    tk.h.flash_success(
        tk._(
            "{successor} follows {predecessor}; both accounts work until {ends}."
        ).format(
            successor=made["successor"]["name"],
            predecessor=made["predecessor"]["name"],
            ends=tk.h.sonla_datetime(made["ends"]),
        )
    )
    return tk.redirect_to("sonla_accounts.index", agency=made["agency"]["name"])


@sonla_accounts.post("/<account>/<any(suspend,restore):step>")
def change(account: str, step: str) -> ResponseReturnValue:
    """Suspend an account, or let it in again."""
    asked = {"account": account, "reason": tk.request.form.get("reason", "").strip()}
    try:
        tk.get_action(f"sonla_account_{step}")(_context(), asked)
    except tk.ObjectNotFound as error:
        return tk.abort(404, str(error))
    except tk.NotAuthorized as error:
        return tk.abort(403, str(error))
    except tk.ValidationError as error:
        tk.h.flash_error(
            " ".join(
                str(message)
                for messages in error.error_dict.values()
                for message in (messages if isinstance(messages, list) else [])
            )
        )
    else:
        tk.h.flash_success(
            tk._("The account is suspended.")
            if step == "suspend"
            else tk._("The account works again.")
        )
    return tk.redirect_to("sonla_accounts.index")


def _form(account: str, values: dict[str, str], errors: dict[str, Any]) -> str:
    known = tk.get_action("sonla_account_list")(_context(), {"limit": LONGEST})
    found = [one for one in known["results"] if account in (one["name"], one["id"])]
    if not found:
        tk.abort(404, tk._("There is no such account"))
    return tk.render(
        "agencies/hand_over.html",
        {"account": found[0], "data": values, "errors": errors},
    )
