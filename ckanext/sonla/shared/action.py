"""Actions of the shared services: the log, the calendar, deadlines explained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import authz, model
from ckan.logic import validate

from . import calendar, events, outbox_view, preferences, recounting, roles, schema
from .deadline_kinds import explain

if TYPE_CHECKING:
    from ckan.types import Context, DataDict


@tk.side_effect_free
@validate(schema.event_list)
def sonla_event_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """List events of the log, the newest first.

    Strangers get public events, with offices instead of persons. An agency's accounts
    also get their own agency's events; operators, auditors and the technical account
    get all, with persons.

    :param object_type: only events about this kind of thing, such as `dataset`
    :param object_id: only events about this thing
    :param name: only events of this name, such as `revision.published`
    :param agency: only events of this agency, by name or id
    :returns: `count` and `results`
    """
    tk.check_access("sonla_event_list", context, data_dict)
    user = context.get("user")
    held = roles.appointment_of(user)
    sees_all = authz.is_sysadmin(user) or (
        held is not None and held.role in (roles.OPERATOR, roles.AUDITOR)
    )
    own = held.agency_id if held else None
    query = sa.select(events.Event)
    for name in ("object_type", "object_id", "name"):
        if name in data_dict:
            query = query.where(getattr(events.Event, name) == data_dict[name])
    if "agency" in data_dict:
        office = model.Group.get(data_dict["agency"])
        query = query.where(
            events.Event.agency_id == (office.id if office else data_dict["agency"])
        )
    if not sees_all:
        of_own_agency = events.Event.agency_id == own if own else sa.false()
        query = query.where(sa.or_(events.Event.public.is_(True), of_own_agency))
    count = model.Session.scalar(
        sa.select(sa.func.count()).select_from(query.subquery())
    )
    page = query.order_by(events.Event.seq.desc())
    page = page.limit(data_dict["limit"]).offset(data_dict["offset"])
    results = [
        event.as_dict(
            with_persons=sees_all or (own is not None and event.agency_id == own)
        )
        for event in model.Session.scalars(page)
    ]
    return {"count": count, "results": results}


@tk.side_effect_free
@validate(schema.deadline_explain)
def sonla_deadline_explain(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Tell when something is due, and how the days were counted.

    :param kind: `feedback`, `quarterly_update`, `change_update`, `period_update` or
        `publish_by`
    :param start: for feedback and changes: the date or instant of the event
    :param year: for the quarterly update: the year in which it is due
    :param quarter: the quarter (1 to 4) in which it is due
    :param data_period: for the update of a period: `2026`, `2026-Q3`, `2026-09`
    :param entry: for publish-by: the entry's code
    :returns: `start`, `due` (a date), `due_at` (the instant it ends), `target` where
        there is one, and `steps` of `{date, counted, why}`
    """
    tk.check_access("sonla_deadline_explain", context, data_dict)
    return explain(context, data_dict)


@tk.side_effect_free
@validate(schema.calendar_list)
def sonla_calendar_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """List a year's days off and make-up working days, by date.

    :param year: the year
    :returns: `count` and `results` of `{date, kind, name, source}`; `source` is
        `national` or `operator`
    """
    tk.check_access("sonla_calendar_list", context, data_dict)
    days = calendar.of_year(data_dict["year"])
    first = data_dict["offset"]
    return {"count": len(days), "results": days[first : first + data_dict["limit"]]}


@validate(schema.calendar_set)
def sonla_calendar_set(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Make a date a holiday or a working day, over the national calendar.

    :param date: the date
    :param kind: `holiday` or `working`
    :param name: what to call the day
    :returns: the day, and `moved`: what is due on another day now, as `{object, of,
        from, to, count}`
    """
    tk.check_access("sonla_calendar_set", context, data_dict)
    day = calendar.set_day(data_dict["date"], data_dict["kind"], data_dict["name"])
    told = {**day.as_dict(), "moved": _moved()}
    _record(
        "calendar.set",
        context,
        told["date"],
        kind=day.kind,
        title=day.name,
        moved=told["moved"],
    )
    model.Session.commit()
    return told


@validate(schema.calendar_unset)
def sonla_calendar_unset(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Take a date out of the operator's table: the national calendar holds again.

    :param date: the date
    :returns: the date, and `moved` as of `sonla_calendar_set`
    """
    tk.check_access("sonla_calendar_unset", context, data_dict)
    day = data_dict["date"].isoformat()
    if not calendar.unset_day(data_dict["date"]):
        raise tk.ObjectNotFound(tk._("The operator's table has no such day"))
    moved = _moved()
    _record("calendar.unset", context, day, moved=moved)
    model.Session.commit()
    return {"date": day, "moved": moved}


def _moved() -> list[dict[str, Any]]:
    """Recount what is open by the calendar as it is in this transaction now."""
    model.Session.flush()
    return recounting.recount_all()


def _record(name: str, context: Context, day: str, **data: Any) -> None:
    events.record(
        name,
        object_type="calendar_day",
        object_id=day,
        actor=context.get("user"),
        **data,
    )


@tk.side_effect_free
@validate(schema.notice_preference_show)
def sonla_notice_preference_show(
    context: Context,
    data_dict: DataDict,
) -> dict[str, Any]:
    """Show how the caller is told of things.

    :returns: `rhythm` (`each` or `daily`) and `language`, null for the portal's
    """
    tk.check_access("sonla_notice_preference_show", context, data_dict)
    chosen = preferences.of(_account(context).id)
    return {"rhythm": chosen.rhythm, "language": chosen.language}


@validate(schema.notice_preference_update)
def sonla_notice_preference_update(
    context: Context, data_dict: DataDict
) -> dict[str, Any]:
    """Choose how the caller is told of things.

    :param rhythm: `each` notice at once, or one digest a day (`daily`)
    :param language: one of the portal's languages; its own by default
    :returns: `rhythm` and `language`
    """
    tk.check_access("sonla_notice_preference_update", context, data_dict)
    chosen = preferences.choose(
        _account(context).id, data_dict["rhythm"], data_dict.get("language")
    )
    model.Session.commit()
    return {"rhythm": chosen.rhythm, "language": chosen.language}


@tk.side_effect_free
@validate(schema.outbox_show)
def sonla_outbox_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Show operators how the outbox stands, and what went wrong in it.

    :param limit: how many of what went wrong, at most 1000
    :param offset: after how many
    :returns: `states` (how many of each), `oldest` (since when the oldest waits),
        `count` and `results` of what failed so far, was given up or is unsure: `key`,
        `channel`, `state`, `attempts`, `next_attempt`, `error`, `message_id`
    """
    tk.check_access("sonla_outbox_show", context, data_dict)
    return outbox_view.of(data_dict["limit"], data_dict["offset"])


@validate(schema.outbox_resend)
def sonla_outbox_resend(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Send again what was given up or is unsure, from the next tick on.

    :param key: the notice's key
    :returns: `key` and `state`
    :raises ObjectNotFound: there is no such notice that could be sent again
    """
    tk.check_access("sonla_outbox_resend", context, data_dict)
    told = outbox_view.resend(data_dict["key"])
    model.Session.commit()
    return told


def _account(context: Context) -> model.User:
    user = model.User.get(context.get("user") or None)
    if user is None:
        raise tk.NotAuthorized(tk._("You must be logged in"))
    return user
