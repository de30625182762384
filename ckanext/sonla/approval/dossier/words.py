"""The dossier's words: events, roles, decisions as an official document says them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared.formats import sonla_date, sonla_datetime

if TYPE_CHECKING:
    from collections.abc import Callable

_EVENTS: dict[str, Callable[[], str]] = {
    "revision.opened": lambda: tk._("Revision opened"),
    "revision.submitted": lambda: tk._("Submitted for approval"),
    "revision.withdrawn": lambda: tk._("Taken back"),
    "revision.discarded": lambda: tk._("Given up"),
    "revision.returned": lambda: tk._("Returned with directions"),
    "revision.scheduled": lambda: tk._("Approved, to be published at its time"),
    "revision.approved": lambda: tk._("Approved"),
    "revision.started": lambda: tk._("Publication begun at its time"),
    "revision.published": lambda: tk._("Published"),
    "revision.failed": lambda: tk._("Publication failed"),
    "revision.superseded": lambda: tk._("Superseded"),
    "revision.erased": lambda: tk._("Personal data erased"),
    "dataset.taken_down": lambda: tk._("Taken down"),
    "dataset.restored": lambda: tk._("Shown again"),
    "dataset.domain_changed": lambda: tk._("Moved to another domain by an edition"),
}
_ROLES: dict[str, Callable[[], str]] = {
    "officer": lambda: tk._("Officer"),
    "leader": lambda: tk._("Leader"),
    "operator": lambda: tk._("Operator"),
    "auditor": lambda: tk._("Auditor"),
    "delegate": lambda: tk._("Delegate"),
    "successor": lambda: tk._("Successor"),
}


def event(name: str) -> str:
    """Return what happened, in words."""
    return _EVENTS[name]() if name in _EVENTS else name


def role(name: str | None) -> str:
    """Return a role's name."""
    return _ROLES[name]() if name in _ROLES else (name or "")


def decision(value: str | dict[str, Any] | None) -> str:
    """Return a decision with its number and date."""
    if isinstance(value, dict):
        day = value.get("date")
        number = str(value.get("number", ""))
        return (
            tk._("{number} of {date}").format(number=number, date=_date(str(day)))
            if day
            else number
        )
    return value or ""


def _date(day: str) -> str:
    try:
        return sonla_date(day)
    except ValueError:
        return day


def by(person: str | None, moment: str | None) -> str:
    """Return who did something, and when."""
    return ", ".join(part for part in (person, sonla_datetime(moment)) if part)


def days(starts: str | None, ends: str | None) -> str:
    """Return from when until when something holds."""
    if not (starts and ends):
        return ""
    return tk._("{start} to {end}").format(
        start=sonla_datetime(starts), end=sonla_datetime(ends)
    )


def broken(hash_: str) -> str:
    """Return a hash in groups of sixteen, which a table can break."""
    return " ".join(hash_[at : at + 16] for at in range(0, len(hash_), 16))
