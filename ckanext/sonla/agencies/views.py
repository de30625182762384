"""The operator's pages for provisioning agencies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import roles

from . import importing
from .account_views import sonla_accounts

if TYPE_CHECKING:
    from ckan.types import Context

sonla_agencies = Blueprint("sonla_agencies", __name__, url_prefix="/agencies")
__all__ = ["sonla_accounts", "sonla_agencies"]
_ROLES = (roles.OFFICER, roles.LEADER)


@sonla_agencies.before_request
def _only_for_those_who_provision() -> None:
    try:
        tk.check_access("sonla_agency_import", _context(), {})
    except tk.NotAuthorized as error:
        tk.abort(403, str(error))


def _context() -> Context:
    return {"user": tk.current_user.name, "auth_user_obj": tk.current_user}


@sonla_agencies.get("/provision")
def form() -> str:
    """Show the form for one agency, and the upload for all."""
    return _page({}, {})


@sonla_agencies.post("/provision")
def provision() -> Any:
    """Make one agency with its accounts."""
    values = {name: value.strip() for name, value in tk.request.form.items()}
    try:
        made = tk.get_action("sonla_agency_provision")(_context(), _data(values))
    except tk.ValidationError as error:
        return _page(values, error.error_dict), 409
    except tk.NotAuthorized as error:
        return tk.abort(403, str(error))
    tk.h.flash_success(
        tk._("{agency} and its accounts are ready").format(
            agency=made["agency"]["title"] or made["agency"]["name"]
        )
    )
    return tk.redirect_to("organization.read", id=made["agency"]["name"])


def _data(values: dict[str, str]) -> dict[str, Any]:
    def part(prefix: str) -> dict[str, str]:
        start = f"{prefix}_"
        return {
            name.removeprefix(start): value
            for name, value in values.items()
            if name.startswith(start) and value
        }

    data: dict[str, Any] = {"decision": values.get("decision", "")}
    data["agency"] = part("agency") or ""
    data |= {role: part(role) for role in _ROLES if part(role)}
    return data


def _page(values: dict[str, str], errors: dict[str, Any]) -> str:
    return tk.render(
        "agencies/provision.html",
        {"data": values, "errors": errors, "roles": _ROLES},
    )


@sonla_agencies.get("/provision/template.csv")
def template() -> Response:
    """Download an empty file of agencies."""
    return Response(
        importing.template(),
        mimetype="text/csv",
        headers={"Content-Disposition": 'attachment; filename="agencies.csv"'},
    )


@sonla_agencies.post("/provision/preview")
def preview() -> Any:
    """Show what a file would make, with findings by line."""
    data = {"upload": tk.request.files.get("upload")}
    try:
        read = tk.get_action("sonla_agency_import")(_context(), data)
    except tk.ValidationError as error:
        return _page({}, error.error_dict), 409
    return tk.render("agencies/preview.html", {"preview": read})


@sonla_agencies.post("/provision/confirm")
def confirm() -> Any:
    """Make every agency of a file that was looked over."""
    text = tk.request.form.get("text", "")
    try:
        made = tk.get_action("sonla_agency_import_confirm")(_context(), {"text": text})
    except tk.ValidationError as error:
        return _page({}, error.error_dict), 409
    except tk.NotAuthorized as error:
        return tk.abort(403, str(error))
    tk.h.flash_success(
        tk.ungettext(
            "{count} agency is ready", "{count} agencies are ready", made["count"]
        ).format(count=made["count"])
    )
    return tk.redirect_to("organization.index")
