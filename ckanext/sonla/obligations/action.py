"""The actions of the obligations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate

from . import declaring, excusing, listing, reminding, schema

if TYPE_CHECKING:
    from ckan.types import Context, DataDict


@tk.side_effect_free
@validate(schema.obligation_list)
def sonla_obligation_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """List what agencies owe, the earliest due first (article 8.4).

    An agency's accounts, the operating office and auditors see how things stand now;
    everybody else how they stood when the quarter was frozen, and before that nothing
    that tells who is late (policy `show_live_delays`).

    :param period: only of this data period, such as `2026-Q3`
    :param agency: only of this agency, by name or id
    :param domain: only of this domain, by name or id
    :param entry: only for this entry, by its code
    :param dataset_id: only what this dataset's agency owes for its entry
    :param kind: `periodic`, `publish_by` or `change`
    :param status: one or several of `not_yet_due`, `due`, `on_time`, `late`,
        `missing`, `excused`, `closed`; several as a list or with commas
    :param due_quarter: only what is due in this quarter, such as `2026-Q4`
    :param due_from: only what is due on this date or later
    :param due_until: only what is due on this date or earlier
    :param limit: how many, at most 1000
    :param offset: after how many
    :returns: `count` and `results`, each with `entry`, `agency`, `kind`, `period`,
        `opens`, `target`, `due`, `due_at`, `days_left`, `status`, `frozen_status`,
        `excused` and `closed` (`at` and `reason` of each, or null), `explain` (what
        `sonla_deadline_explain` takes), `dataset`, and for insiders `met_at`,
        `met_by` (the revision), `submitted_at`, `officer_days`, `leader_days`
    """
    tk.check_access("sonla_obligation_list", context, data_dict)
    return listing.listed(context.get("user"), data_dict)


@validate(schema.obligation_excuse)
def sonla_obligation_excuse(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Excuse what an agency owes; everybody reads the reason.

    :param id: the obligation's id
    :param reason: why
    :returns: the obligation, as `sonla_obligation_list` tells it
    :raises ValidationError: it was met, excused or closed (409)
    """
    tk.check_access("sonla_obligation_excuse", context, data_dict)
    found = excusing.excuse(data_dict["id"], data_dict["reason"], _actor(context))
    model.Session.commit()
    return listing.one(context.get("user"), found.id)


@validate(schema.obligation_excuse)
def sonla_obligation_excuse_withdraw(
    context: Context, data_dict: DataDict
) -> dict[str, Any]:
    """Take an excuse back: the obligation is owed as before.

    :param id: the obligation's id
    :param reason: why
    :returns: the obligation, as `sonla_obligation_list` tells it
    :raises ValidationError: it isn't excused (409)
    """
    tk.check_access("sonla_obligation_excuse_withdraw", context, data_dict)
    found = excusing.withdraw(data_dict["id"], data_dict["reason"], _actor(context))
    model.Session.commit()
    return listing.one(context.get("user"), found.id)


@validate(schema.change_declare)
def sonla_change_declare(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Declare that a published dataset's data has changed (article 8.4).

    The update is due 15 days after the change (policy `update_days`).

    :param dataset_id: the dataset's id or name
    :param date: the day of the change: not to come, not before the last approval
    :returns: the obligation, as `sonla_obligation_list` tells it
    """
    package = declaring.dataset_or_404(data_dict["dataset_id"])
    tk.check_access(
        "sonla_change_declare",
        context,
        {"id": package.id, "agency_id": package.owner_org},
    )
    found = declaring.declare(package, data_dict["date"], _actor(context))
    model.Session.commit()
    return listing.one(context.get("user"), found.id)


def _actor(context: Context) -> str | None:
    user = model.User.get(context.get("user") or None)
    return user.id if user else None


@validate(schema.obligation_remind)
def sonla_obligation_remind(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Remind the officers and leaders of agencies of what they owe, once more.

    :param ids: the obligations' ids, at most 1000; what is met, excused or closed is
        passed by
    :returns: `count`: of how many obligations somebody is reminded
    """
    tk.check_access("sonla_obligation_remind", context, data_dict)
    count = reminding.remind_of(data_dict["ids"], _actor(context))
    model.Session.commit()
    return {"count": count}
