"""Obligations for tests: agencies that joined long ago, and the clock at a time."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from freezegun import freeze_time

from ckan import model
from ckanext.sonla.obligations.model import Obligation
from ckanext.sonla.shared import clock, policy, tick
from tests.factories import approval, catalogue
from tests.factories.approval import Office, act, appoint

TASKS = ("obligations.follow", "obligations.make")


def at(text: str, *, tick: bool = True) -> Any:
    """Set the clock to a time of the province, such as `2026-10-16 23:59:59`."""
    moment = datetime.fromisoformat(text).replace(tzinfo=clock.zone())
    return freeze_time(moment.astimezone(clock.UTC), tick=tick)


def joined(agency_id: str, day: str = "2020-01-02") -> None:
    """Say that an agency joined the portal on a day."""
    model.Session.execute(
        sa.update(model.group_table)
        .where(model.group_table.c["id"] == agency_id)
        .values(created=datetime.fromisoformat(f"{day}T03:00:00"))
    )
    model.Session.commit()


def office(since: str = "2020-01-02", **values: Any) -> Office:
    """Make an agency with an officer and a leader that joined on a day."""
    made = approval.office(**values)
    joined(made.id, since)
    return made


def operator() -> str:
    """Make the operating office with an operator; return the operator's name."""
    agency = catalogue.agency(name=policy.text("operating_office"))
    joined(agency["id"])
    return appoint(agency["id"], "operator")


def entry(by: Office, cycle: str = "quarterly", **values: Any) -> dict[str, Any]:
    """Put an entry of an agency into the catalogue by an edition decided today."""
    return catalogue.entry_in_force(lead_agency=by.name, update_cycle=cycle, **values)


def run(*names: str) -> dict[str, str]:
    """Run the obligations' tasks as the scheduler does; nothing may fail."""
    results = {name: tick.run(name) for name in names or TASKS}
    assert set(results.values()) <= {"done"}, results
    return results


def owed(user: str | None = None, **asked: Any) -> list[dict[str, Any]]:
    """Return the obligations as somebody sees them; None is a stranger."""
    return act(user, "sonla_obligation_list", **asked)["results"]


def standing(user: str | None = None, **asked: Any) -> list[tuple[str, str]]:
    """Return period and status of each obligation as somebody sees them."""
    return [(one["period"], one["status"]) for one in owed(user, **asked)]


def dated(day: str) -> date:
    """Return a date."""
    return date.fromisoformat(day)


def everything() -> list[dict[str, Any]]:
    """Return the whole table, as it is stored, in a steady order."""
    model.Session.rollback()
    rows = model.Session.execute(
        sa.select(Obligation.__table__).order_by(
            Obligation.entry_code, Obligation.agency_id, Obligation.kind,
            Obligation.period,
        )
    )  # fmt: skip
    return [dict(row._mapping) for row in rows]
