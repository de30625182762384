"""What an agency owes, as events of a calendar (RFC 5545)."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from icalendar import Calendar, Event

import ckan.plugins.toolkit as tk
from ckanext.sonla.obligations import listing, statuses
from ckanext.sonla.obligations.pages import lines as owed
from ckanext.sonla.obligations.pages import words
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.formats import sonla_date

OWED = [statuses.NOT_YET_DUE, statuses.DUE, statuses.MISSING]
MOST = 1000
# Entries that an event names; the agency's page has them all.
NAMED = 30


def calendar_of(user: str, agency: dict[str, str]) -> bytes:
    """Return an agency's open deadlines: one event for a period and a due date.

    Args:
        user: the account whose calendar it is.
        agency: `id` and `title`.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//ckanext-sonla//deadlines//VI")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    title = tk._("Deadlines of {agency}").format(agency=agency["title"])
    calendar.add("x-wr-calname", title)
    calendar.add("x-wr-timezone", str(clock.zone()))
    calendar.add("refresh-interval", timedelta(hours=12), {"value": "DURATION"})
    for key, lines in sorted(_together(user, agency["id"]).items()):
        calendar.add_component(_event(agency["id"], key, lines))
    return calendar.to_ical()


def _together(user: str, agency: str) -> dict[tuple[str, str, str], list[Any]]:
    """Return the open obligations by due date, kind and period."""
    reader = listing.Reader(user)
    query = listing.query(reader, {"agency": agency, "status": OWED})
    found: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
    for one in owed.page(reader, query, MOST):
        found[one["due"], one["kind"], one["period"] or one["start"]].append(one)
    return found


def _event(agency: str, key: tuple[str, str, str], lines: list[Any]) -> Event:
    due, kind, period = key
    # Without the due date: a day that moves is the same event on another day.
    named = f"{agency} {kind} {period}" + ("" if kind == "periodic" else f" {due}")
    if kind == "periodic":
        named += f" {lines[0]['cycle']}"
    uid = hashlib.sha256(named.encode()).hexdigest()[:32]
    host = urlsplit(tk.config["ckan.site_url"]).hostname or "sonla"
    day = date.fromisoformat(due)
    event = Event()
    event.add("uid", f"{uid}@{host}")
    event.add("dtstamp", clock.now().replace(microsecond=0))
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", _summary(lines))
    event.add("description", _description(lines))
    event.add("url", tk.h.url_for("sonla_obligations.owed", _external=True))
    event.add("transp", "TRANSPARENT")
    return event


def _summary(lines: list[Any]) -> str:
    about = words.about(lines[0])
    if len(lines) == 1:
        return tk._("Due: {entry}, {period}").format(
            entry=lines[0]["entry_title"], period=about
        )
    return tk._("Due: {period}, {count} entries").format(period=about, count=len(lines))


def _description(lines: list[Any]) -> str:
    first = lines[0]
    told = [
        tk._("Target {target}, due {due}, at 24:00").format(
            target=sonla_date(first["target"]), due=sonla_date(first["due"])
        ),
        *(f"- {one['entry']} {one['entry_title']}" for one in lines[:NAMED]),
    ]
    if len(lines) > NAMED:
        told.append(tk._("and {count} more").format(count=len(lines) - NAMED))
    why = tk.h.url_for("sonla_deadlines.explained", _external=True, **first["explain"])
    return "\n".join([*told, tk._("Why this date? {address}").format(address=why)])
