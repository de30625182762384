"""What the address of a page asks for: which quarters, whose, in which domain, how."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.obligations.statuses import STATUSES
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.msgid import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

# Quarters that are shown unless others are asked for: the next one and three before.
BEFORE = 2
MOST_QUARTERS = 12
LONGEST = 100
_NOT_A_QUARTER = N_("Write the quarter as 2026-Q4")


@dataclass(frozen=True)
class Filters:
    """Which obligations are shown, by the quarters in which they are due.

    Args:
        first: the first quarter.
        last: the last one, at most `MOST_QUARTERS` in all.
        agency: name of an agency, or empty.
        agency_kind: only agencies of this kind, or empty.
        domain: name of a domain, or empty.
        status: how they stand, or empty for all.
        entry: code of an entry, or empty.
    """

    first: clock.Period
    last: clock.Period
    agency: str = ""
    agency_kind: str = ""
    domain: str = ""
    entry: str = ""
    status: list[str] = field(default_factory=list)

    @property
    def quarters(self) -> list[str]:
        """The quarters, in order."""
        return [str(one) for one in clock.periods(self.first, self.last.first)]

    def asked(self) -> dict[str, Any]:
        """Return what `sonla_obligation_list` takes; the kind of agency isn't in it."""
        named = {
            "agency": self.agency,
            "domain": self.domain,
            "entry": self.entry,
            "status": self.status,
        }
        return {
            **{name: value for name, value in named.items() if value},
            "due_from": self.first.first.isoformat(),
            "due_until": self.last.last.isoformat(),
        }

    def address(self, **other: Any) -> dict[str, Any]:
        """Return the filters as an address writes them, some of them changed."""
        given = {
            "from": str(self.first),
            "to": str(self.last),
            "agency": self.agency,
            "agency_kind": self.agency_kind,
            "domain": self.domain,
            "entry": self.entry,
            "status": self.status,
            **other,
        }
        return {name: value for name, value in given.items() if value}


def read(args: Mapping[str, Any], today: Any = None) -> Filters:
    """Read the filters of an address.

    Raises:
        tk.ValidationError: naming the field that makes no sense.
    """
    now = clock.period_of(today or clock.today(), "quarter")
    first = now
    for _ in range(BEFORE):
        first = first.previous()
    last = _quarter(args, "to", now.next())
    first = _quarter(args, "from", min(first, last))
    if first > last:
        raise tk.ValidationError(
            {"to": [tk._("The last quarter lies before the first")]}
        )
    if len(list(clock.periods(first, last.first))) > MOST_QUARTERS:
        told = tk._("Choose at most {number} quarters").format(number=MOST_QUARTERS)
        raise tk.ValidationError({"from": [told]})
    return Filters(
        first,
        last,
        agency=_text(args, "agency"),
        agency_kind=_text(args, "agency_kind"),
        domain=_text(args, "domain"),
        entry=_text(args, "entry"),
        status=_statuses(args),
    )


def _text(args: Mapping[str, Any], name: str) -> str:
    return str(args.get(name) or "").strip()[:LONGEST]


def _quarter(args: Mapping[str, Any], name: str, default: clock.Period) -> clock.Period:
    text = _text(args, name)
    if not text:
        return default
    try:
        found = clock.parse_period(text)
    except ValueError:
        found = None
    if found is None or found.kind != "quarter":
        raise tk.ValidationError({name: [tk._(_NOT_A_QUARTER)]})
    return found


def _statuses(args: Mapping[str, Any]) -> list[str]:
    many = args.getlist("status") if hasattr(args, "getlist") else []  # type: ignore[attr-defined] - Flask's
    found = [part.strip() for one in many for part in one.split(",") if part.strip()]
    for one in found:
        if one not in STATUSES:
            told = tk._("Unknown status: {status}").format(status=one[:50])
            raise tk.ValidationError({"status": [told]})
    return found


def agency_condition(filters: Filters) -> list[sa.ColumnElement[bool]]:
    """Return what must hold of an agency's row for it to be shown."""
    columns = model.group_table.c
    found: list[sa.ColumnElement[bool]] = []
    if filters.agency:
        found.append(
            sa.or_(columns["name"] == filters.agency, columns["id"] == filters.agency)
        )
    if filters.agency_kind:
        found.append(columns["extras"]["agency_kind"].astext == filters.agency_kind)
    return found


def agencies_of_kind(kind: str) -> sa.Select[Any]:
    """Return the query of the ids of a kind's agencies."""
    group = model.group_table.c
    return sa.select(group["id"]).where(
        group["is_organization"].is_(True),
        group["extras"]["agency_kind"].astext == kind,
    )


def choices() -> dict[str, list[tuple[str, str]]]:
    """Return what the form of the filters offers, as pairs of code and title."""
    group = model.group_table.c
    rows = model.Session.execute(
        sa.select(
            group["name"],
            group["title"],
            group["is_organization"],
            group["extras"]["agency_kind"].astext.label("kind"),
        )
        .where(group["state"] == model.State.ACTIVE)
        .order_by(group["title"], group["name"])
    ).all()
    kinds = sorted({row.kind for row in rows if row.is_organization and row.kind})
    return {
        "agency": [(r.name, r.title or r.name) for r in rows if r.is_organization],
        "domain": [(r.name, r.title or r.name) for r in rows if not r.is_organization],
        "kind": [(one, one) for one in kinds],
    }
