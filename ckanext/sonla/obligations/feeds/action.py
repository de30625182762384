"""Getting, renewing and ending the secret address of one's calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckanext.sonla.shared import language, roles

from . import model as feeds
from . import schema

if TYPE_CHECKING:
    from ckan.types import Context, DataDict


@validate(schema.nothing)
def sonla_deadline_feed_renew(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Give the caller a new secret address of the calendar; the one before ends.

    Calendar programs read it without an account. It gives the deadlines of the
    caller's agency only, as long as the caller holds a role in it.

    :returns: `address`, told this once, and `made`
    """
    tk.check_access("sonla_deadline_feed_renew", context, data_dict)
    account = model.User.get(context.get("user") or None)
    held = roles.appointment_of(context.get("user"))
    assert account is not None and held is not None  # noqa: S101 - the check above
    feed, secret = feeds.renew(account.id, held.agency_id, language.current())
    address = tk.h.url_for(
        "sonla_deadline_calendars.feed", id=feed.id, secret=secret, _external=True,
        locale="default",
    )  # fmt: skip
    made = feed.made.isoformat()
    model.Session.commit()
    return {"address": address, "made": made}


@validate(schema.nothing)
def sonla_deadline_feed_end(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Take the caller's address away: it gives nothing any more.

    :returns: `ended`, false if there was none
    """
    tk.check_access("sonla_deadline_feed_end", context, data_dict)
    account = model.User.get(context.get("user") or None)
    ended = account is not None and feeds.end(account.id)
    model.Session.commit()
    return {"ended": ended}
