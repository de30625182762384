"""Who may do what with a request for data outside the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.catalogue.callers import (
    agency_of,
    in_agency,
    in_office,
    inside,
    reads_all,
)

from .model import EntryRequest

if TYPE_CHECKING:
    from ckan.types import AuthResult, Context, DataDict


@tk.auth_sysadmins_check
def sonla_entry_request_create(context: Context, _data: DataDict) -> AuthResult:
    """Officers and leaders draft requests of their agency."""
    return in_agency(context, "write_request", None)


@tk.auth_sysadmins_check
def sonla_entry_request_update(context: Context, data: DataDict) -> AuthResult:
    """Officers and leaders write requests of their agency."""
    return in_agency(context, "write_request", agency_of(EntryRequest, data))


@tk.auth_sysadmins_check
def sonla_entry_request_submit(context: Context, data: DataDict) -> AuthResult:
    """The agency's leader sends."""
    return in_agency(context, "send_request", agency_of(EntryRequest, data))


def sonla_entry_request_show(context: Context, data: DataDict) -> AuthResult:
    """The agency reads its own requests, the operating office what was sent."""
    found = model.Session.get(EntryRequest, data["id"]) if data.get("id") else None
    if found and found.state != "draft" and reads_all(context):
        return {"success": True}
    return in_agency(context, "read_own", found.agency_id if found else None)


def sonla_entry_request_list(context: Context, _data: DataDict) -> AuthResult:
    """The agencies' accounts and the office; the action leaves out others'."""
    return inside(context)


@tk.auth_sysadmins_check
def sonla_entry_request_accept(context: Context, _data: DataDict) -> AuthResult:
    """Operators accept."""
    return in_office(context, "write")


@tk.auth_sysadmins_check
def sonla_entry_request_decline(context: Context, _data: DataDict) -> AuthResult:
    """Operators decline."""
    return in_office(context, "write")
