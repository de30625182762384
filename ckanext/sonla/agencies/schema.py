"""What the actions about agencies and accounts take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import roles
from ckanext.sonla.shared.schema import decision, paging

if TYPE_CHECKING:
    from ckan.types import Schema, Validator

# What CKAN would take as well, and what makes more than an agency's texts.
_NOT_OF_AN_AGENCY = {
    "approval_status",
    "extras",
    "groups",
    "id",
    "packages",
    "state",
    "type",
    "users",
}
ACCOUNT_FIELDS = ("name", "email", "fullname", "password")


def agency_value(value: Any) -> dict[str, Any]:
    """Read an agency: the name of one that exists, or the fields of a new one."""
    agency = {"name": value} if isinstance(value, str) else value
    if not isinstance(agency, dict) or not isinstance(agency.get("name"), str):
        raise tk.Invalid(tk._("Give an agency's name, or its fields with a name"))
    for field, text in agency.items():
        if field in _NOT_OF_AN_AGENCY or not isinstance(text, (str, type(None))):
            raise tk.Invalid(tk._("{field} can't be given here").format(field=field))
    return {field: text for field, text in agency.items() if text is not None}


def account_value(value: Any) -> dict[str, Any]:
    """Read an account: `{name, email, fullname, password?}`, all texts."""
    if not isinstance(value, dict) or not value.get("name"):
        raise tk.Invalid(tk._("Give the account's fields with its name"))
    for field, text in value.items():
        if field not in ACCOUNT_FIELDS:
            raise tk.Invalid(
                tk._("An account has no field {field}").format(field=field)
            )
        if text is not None and not isinstance(text, str):
            raise tk.Invalid(tk._("{field} must be a text").format(field=field))
    return {field: text for field, text in value.items() if text}


def successor_value(value: Any) -> dict[str, Any]:
    """Read a successor: the name of an account that exists, or the fields of a new."""
    return account_value({"name": value} if isinstance(value, str) else value)


def agency_provision() -> Schema:
    """What `sonla_agency_provision` takes."""
    required, missing = _presence()
    return {
        "agency": [required, agency_value],
        **{role: [missing, account_value] for role in roles.ROLES},
        "decision": [required, decision],
    }


def agency_import() -> Schema:
    """What `sonla_agency_import` takes."""
    _required, missing = _presence()
    return {"upload": [missing], "text": [missing, tk.get_validator("unicode_safe")]}


def agency_import_confirm() -> Schema:
    """What `sonla_agency_import_confirm` takes."""
    required, _missing = _presence()
    return {"text": [required, tk.get_validator("unicode_safe")]}


def account_suspend() -> Schema:
    """What `sonla_account_suspend` and `sonla_account_restore` take."""
    required, _missing = _presence()
    text = tk.get_validator("unicode_safe")
    return {"account": [required, text], "reason": [required, text]}


def account_hand_over() -> Schema:
    """What `sonla_account_hand_over` takes."""
    required, _missing = _presence()
    return {
        "account": [required, tk.get_validator("unicode_safe")],
        "successor": [required, successor_value],
        "decision": [required, decision],
    }


def account_invite() -> Schema:
    """What `sonla_account_invite` takes."""
    required, _missing = _presence()
    return {
        "account": [required, account_value],
        "decision": [required, decision],
    }


def account_list() -> Schema:
    """What `sonla_account_list` takes."""
    _required, missing = _presence()
    one_of: Any = tk.get_validator("one_of")
    return {
        "agency": [missing, tk.get_validator("unicode_safe")],
        "role": [missing, one_of(list(roles.ROLES))],
        **paging(),
    }


def _presence() -> tuple[Validator, Validator]:
    return tk.get_validator("not_empty"), tk.get_validator("ignore_missing")
