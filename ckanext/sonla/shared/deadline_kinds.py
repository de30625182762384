"""The kinds of deadline that the regulation knows, each counted by one function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk

from . import calendar, clock, policy
from .deadline import Calendar, Deadline, Step, deadline, fixed, quarterly
from .schema import read_date

if TYPE_CHECKING:
    from collections.abc import Callable

    from ckan.types import Context, DataDict

Counted = tuple[Deadline, dict[str, Any]]


def explain(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Count a deadline and say how, in the reader's language.

    Raises:
        tk.ValidationError: if what the kind needs is missing or makes no sense.
        tk.ObjectNotFound: if there is no such entry.
    """
    found, more = _KINDS[data_dict["kind"]](context, data_dict, calendar.load())
    told = {
        "kind": data_dict["kind"],
        "start": found.start.isoformat(),
        "due": found.due.isoformat(),
        "due_at": clock.iso_z(found.due_at),
        "steps": [_told(step) for step in found.steps],
        **more,
    }
    if found.target:
        told["target"] = found.target.isoformat()
    return told


def _told(step: Step) -> dict[str, Any]:
    return {
        "date": step.day.isoformat(),
        "counted": step.counted,
        "why": tk._(step.why).format(**step.params),
    }


def _needed(data_dict: DataDict, *names: str) -> list[Any]:
    errors: dict[str, Any] = {
        name: [tk._("Missing value")] for name in names if data_dict.get(name) is None
    }
    if errors:
        raise tk.ValidationError(errors)
    return [data_dict[name] for name in names]


def _feedback(_context: Context, data_dict: DataDict, days_off: Calendar) -> Counted:
    """Article 9.2: ten days from receipt."""
    (start,) = _needed(data_dict, "start")
    return deadline(start, policy.number("feedback_days"), days_off), {}


def _change(_context: Context, data_dict: DataDict, days_off: Calendar) -> Counted:
    """Article 8.4: fifteen days from a change of the data."""
    (start,) = _needed(data_dict, "start")
    return deadline(start, policy.number("update_days"), days_off), {}


def _quarterly(_context: Context, data_dict: DataDict, days_off: Calendar) -> Counted:
    """Article 8.4: fifteen days from the quarter's first day, for the one before."""
    year, quarter = _needed(data_dict, "year", "quarter")
    due_in = clock.parse_period(f"{year}-Q{quarter}")
    found = quarterly(
        due_in,
        policy.number("update_days"),
        days_off,
        on_target=policy.switch("due_on_target_day"),
    )
    return found, {"data_period": str(due_in.previous())}


def _period(_context: Context, data_dict: DataDict, days_off: Calendar) -> Counted:
    """Other cycles: fifteen days from the first day after the period."""
    (period,) = _needed(data_dict, "data_period")
    found = deadline(period.after, policy.number("period_days"), days_off)
    return found, {"data_period": str(period)}


def _publish_by(context: Context, data_dict: DataDict, days_off: Calendar) -> Counted:
    """The day by which the catalogue wants an entry published."""
    (code,) = _needed(data_dict, "entry")
    entry = tk.get_action("sonla_entry_show")(_reader(context), {"code": code})
    if not entry.get("publish_by"):
        raise tk.ValidationError(
            {"entry": [tk._("The entry has no date to be published by")]}
        )
    return fixed(read_date(entry["publish_by"]), days_off), {"entry": code}


def _reader(context: Context) -> Context:
    return {"user": context.get("user", "")}


_KINDS: dict[str, Callable[[Context, DataDict, Calendar], Counted]] = {
    "feedback": _feedback,
    "change_update": _change,
    "quarterly_update": _quarterly,
    "period_update": _period,
    "publish_by": _publish_by,
}
