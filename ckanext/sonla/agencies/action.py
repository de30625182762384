"""Actions about agencies and their accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate

from . import accounts, importing, provisioning, schema

if TYPE_CHECKING:
    from ckan.types import Context, DataDict


@validate(schema.agency_provision)
def sonla_agency_provision(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Make an agency if it is missing, and its accounts, by a decision.

    :param agency: an agency's name, or `{name, title, agency_kind, agency_code, …}`
    :param officer: `{name, email, fullname, password}`; without a password the
        account is invited by mail to choose one. An account that exists and holds no
        role is appointed as it is
    :param leader: the same
    :param operator: the same; the operating office's, by the technical account only
    :param auditor: the same
    :param decision: the appointment's decision: a text or `{number, date}`
    :returns: `agency`, `created`, `accounts` of `{role, id, name, created, invited}`,
        `event_id`
    """
    tk.check_access("sonla_agency_provision", context, data_dict)
    with provisioning.in_turn():
        result = provisioning.provision(provisioning.actor_of(context), data_dict)
        model.Session.commit()
    return result


@validate(schema.agency_import)
def sonla_agency_import(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Read a CSV file of agencies and tell what would be made; makes nothing.

    :param upload: the file
    :param text: or its text
    :returns: `lines` of `{line, agency, officer, leader, decision, findings}`,
        `findings` of the whole file, `valid`, and the `text` to confirm
    """
    tk.check_access("sonla_agency_import", context, data_dict)
    return importing.preview(importing.text_of(data_dict)).as_dict()


@validate(schema.agency_import_confirm)
def sonla_agency_import_confirm(
    context: Context, data_dict: DataDict
) -> dict[str, Any]:
    """Make every agency of a file, or none.

    :param text: what `sonla_agency_import` returned
    :returns: `count` and `results`, each as of `sonla_agency_provision`
    """
    tk.check_access("sonla_agency_import_confirm", context, data_dict)
    with provisioning.in_turn():
        results = importing.make(context, data_dict["text"])
        model.Session.commit()
    return {"count": len(results), "results": results}


@validate(schema.account_suspend)
def sonla_account_suspend(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Keep an account out until it is restored.

    :param account: its name or id
    :param reason: why
    :returns: the account's `id`, `name` and `state`
    """
    tk.check_access("sonla_account_suspend", context, data_dict)
    actor = provisioning.actor_of(context)
    account = accounts.suspend(actor, data_dict["account"], data_dict["reason"])
    model.Session.commit()
    return {"id": account.id, "name": account.name, "state": account.state}


@validate(schema.account_suspend)
def sonla_account_restore(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Let a suspended account in again.

    :param account: its name or id
    :param reason: why
    :returns: the account's `id`, `name` and `state`
    """
    tk.check_access("sonla_account_restore", context, data_dict)
    actor = provisioning.actor_of(context)
    account = accounts.restore(actor, data_dict["account"], data_dict["reason"])
    model.Session.commit()
    return {"id": account.id, "name": account.name, "state": account.state}
