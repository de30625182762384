"""Delegations: who decides for a leader that is away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckanext.sonla.approval.delegation import delegating
from ckanext.sonla.approval.delegation import schema as delegation_schema

if TYPE_CHECKING:
    from ckan.types import Context, DataDict


@validate(delegation_schema.delegation_create)
def sonla_delegation_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Name a delegate who decides on behalf of an agency's leader, for dated days.

    The leader names an account that holds no role; an operator records a decision that
    names one, or the leader of another agency. It ends by itself.

    :param agency: name or id; by default the caller's own
    :param delegate: an account's name, or `{name, email, fullname}` of a new one,
        which is invited by mail
    :param from: a date, or an instant; now by default
    :param until: a date, which counts to its end, or an instant
    :param decision: a text or `{number, date}`
    :returns: the delegation
    :raises ValidationError: the delegate doesn't fit, or somebody stands in already
    """
    tk.check_access("sonla_delegation_create", context, data_dict)
    try:
        made = delegating.create(context, data_dict)
        model.Session.commit()
    except BaseException:
        model.Session.rollback()
        raise
    return delegating.shown(context, made)


@tk.side_effect_free
@validate(delegation_schema.delegation_list)
def sonla_delegation_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """List delegations, the newest first; strangers learn offices, no persons.

    :param agency: only this agency's, by name or id
    :returns: `count` and `results` of `{id, agency, agency_title, delegate_agency,
        decision, from, until, state, revoked}`; insiders also get `delegate`,
        `on_behalf_of`, `recorded_by`, `revoked_by`. `state` is `planned`, `running`,
        `over` or `revoked`
    """
    tk.check_access("sonla_delegation_list", context, data_dict)
    return delegating.listed(context, data_dict)


@validate(delegation_schema.delegation_id)
def sonla_delegation_revoke(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """End a delegation before its date.

    :param id: the delegation's id
    :returns: the delegation
    """
    tk.check_access("sonla_delegation_revoke", context, data_dict)
    try:
        ended = delegating.revoke(context.get("user", ""), data_dict["id"])
        model.Session.commit()
    except BaseException:
        model.Session.rollback()
        raise
    return delegating.shown(context, ended)
