"""What obligations are called on screen."""

from __future__ import annotations

from datetime import date
from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.obligations import model, statuses
from ckanext.sonla.shared.formats import sonla_date, sonla_period


def status_name(status: str) -> str:
    """Return how an obligation stands, in words."""
    names = {
        statuses.NOT_YET_DUE: tk._("Not yet due"),
        statuses.DUE: tk._("Due now"),
        statuses.ON_TIME: tk._("On time"),
        statuses.LATE: tk._("Came late"),
        statuses.MISSING: tk._("Missing"),
        statuses.EXCUSED: tk._("Excused"),
        statuses.CLOSED: tk._("Owed no longer"),
    }
    return names.get(status, status)


def heap_name(name: str) -> str:
    """Return the heading of lines that stand alike on an agency's page."""
    names = {
        "waiting": tk._("Awaiting the leader's approval"),
        statuses.MISSING: tk._("Overdue"),
        statuses.DUE: tk._("Due now"),
        statuses.NOT_YET_DUE: tk._("Not yet due"),
        "done": tk._("Done, excused or closed"),
    }
    return names.get(name, name)


def kind_name(kind: str) -> str:
    """Return what an obligation asks for, in words."""
    names = {
        model.PERIODIC: tk._("Periodic update"),
        model.PUBLISH_BY: tk._("Publication by the catalogue's date"),
        model.CHANGE: tk._("Update after a change"),
    }
    return names.get(kind, kind)


def about(line: dict[str, Any]) -> str:
    """Return the period that an obligation asks for, or else what it asks for."""
    if line["period"]:
        return sonla_period(line["period"])
    if line["kind"] == model.CHANGE:
        return tk._("Change of {date}").format(date=sonla_date(line["start"]))
    return kind_name(line["kind"])


def days_left(line: dict[str, Any]) -> str:
    """Return how many days are left until an obligation is due, or over since then."""
    days = line["days_left"]
    if days == 0:
        return tk._("due today")
    if days < 0:
        return tk.ungettext("{days} day over", "{days} days over", -days).format(
            days=-days
        )
    return tk.ungettext("{days} day left", "{days} days left", days).format(days=days)


def day_of(text: str) -> date:
    """Return the date that an answer names."""
    return date.fromisoformat(text[:10])
