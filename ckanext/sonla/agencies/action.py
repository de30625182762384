"""Actions about agencies and their accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate

from . import accounts, handing_over, importing, provisioning, schema

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


@validate(schema.account_hand_over)
def sonla_account_hand_over(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Hand an account's role over to a successor, by a decision (article 8.2).

    Both hold the role for the policy's days, then the predecessor's ends by itself.

    :param account: name or id of the account that leaves
    :param successor: name of an account that holds no role, or `{name, email,
        fullname}` of a new one, which is invited by mail with a link for one time
    :param decision: a text or `{number, date}`
    :returns: `agency`, `role`, `predecessor`, `successor`, `starts`, `ends`, `moved`
        (counts by name), `event_id`
    """
    tk.check_access("sonla_account_hand_over", context, data_dict)
    with provisioning.in_turn():
        result = handing_over.begin(provisioning.actor_of(context), data_dict)
        model.Session.commit()
    return result


@validate(schema.account_invite)
def sonla_account_invite(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Make an account that holds no role, by a decision; a delegate's for instance.

    :param account: `{name, email, fullname}`; it is invited by mail
    :param decision: a text or `{number, date}`
    :returns: `id`, `name`, `invited`
    """
    tk.check_access("sonla_account_invite", context, data_dict)
    with provisioning.in_turn():
        made = accounts.invite(provisioning.actor_of(context), data_dict)
        if not context.get("defer_commit"):
            model.Session.commit()
    return made


@tk.side_effect_free
@validate(schema.account_list)
def sonla_account_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """List the accounts that hold a role, with persons, for operators and auditors.

    :param agency: only this agency's, by name or id
    :param role: only of this role
    :returns: `count` and `results` of `{id, name, fullname, email, state, role,
        agency, agency_title, hand_over}`; `hand_over` is `{successor, ends}` while the
        account is leaving
    """
    tk.check_access("sonla_account_list", context, data_dict)
    return accounts.listed(data_dict)
