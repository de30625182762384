"""A change of the data: declared by the agency or a harvest, owed in 15 days (8.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.model.types import make_uuid
from ckanext.sonla.shared import calendar, clock, events

from . import dates, following
from .model import CHANGE, Delivery, Obligation

if TYPE_CHECKING:
    from datetime import date


def dataset_or_404(name: str) -> model.Package:
    """Return a dataset by id or name.

    Raises:
        ObjectNotFound: there is none.
    """
    package = model.Package.get(name)
    if package is None or package.state != model.State.ACTIVE:
        raise tk.ObjectNotFound(tk._("There is no such dataset"))
    return package


def declare(package: model.Package, day: date, actor: str | None) -> Obligation:
    """Note that a dataset's data changed on a day, in the caller's transaction.

    The update that answers it was submitted after the change: after that day, or after
    the declaration of a change of the same day. The same day declared twice is one.

    Raises:
        ValidationError: the day is to come, or an update was approved since; or nothing
            of the dataset is published that could have changed.
    """
    # What was approved by now counts, whether or not the tick has come by.
    following.follow()
    today = clock.today()
    if day > today:
        raise _conflict("date", tk._("A change that is to come cannot be declared yet"))
    approved = _last_approved(package.id)
    if approved is None:
        raise _conflict(
            "dataset_id", tk._("Nothing of this dataset has been published yet")
        )
    if day < clock.local_date(approved):
        raise _conflict(
            "date", tk._("An update has been approved since: it answers the change")
        )
    return _declared(package, day, actor)


def _last_approved(dataset_id: str) -> Any:
    return model.Session.scalar(
        sa.select(sa.func.max(Delivery.approved_at)).where(
            Delivery.dataset_id == dataset_id, Delivery.published.is_(True)
        )
    )


def _declared(package: model.Package, day: date, actor: str | None) -> Obligation:
    moment = clock.now()
    found = dates.of_change(day, calendar.load())
    code = str((package.extras or {}).get("catalogue_entry") or "")
    period = f"{day.isoformat()}:{package.id}"
    title, domain = _entry(code)
    made = model.Session.scalar(
        insert(Obligation)
        .values(
            id=make_uuid(),
            entry_code=code,
            agency_id=package.owner_org,
            kind=CHANGE,
            period=period,
            entry_title=title or package.title or package.name,
            domain_id=domain,
            start=found.start,
            opens=found.opens,
            opens_at=found.opens_at,
            target=found.target,
            due=found.due,
            due_at=found.due_at,
            made=moment,
            dataset_id=package.id,
            answered_after=min(moment, clock.end_of(day)),
        )
        .on_conflict_do_nothing()
        .returning(Obligation.id)
    )
    if made is not None:
        _record(package, made, day, found, actor)
    return model.Session.scalars(
        sa.select(Obligation).where(
            Obligation.entry_code == code,
            Obligation.agency_id == package.owner_org,
            Obligation.kind == CHANGE,
            Obligation.period == period,
        )
    ).one()


def _entry(code: str) -> tuple[str, str | None]:
    """Return an entry's title and its domain's id, as the catalogue has them."""
    try:
        entry = tk.get_action("sonla_entry_show")(
            {"ignore_auth": True, "user": ""}, {"code": code}
        )
    except (KeyError, tk.ObjectNotFound):
        return "", None
    domain = model.Group.get(entry.get("domain"))
    return entry["title"], domain.id if domain else None


def _record(
    package: model.Package,
    made: str,
    day: date,
    found: dates.Dates,
    actor: str | None,
) -> None:
    events.record(
        "change.declared",
        object_type="dataset",
        object_id=package.id,
        actor=actor,
        agency=package.owner_org,
        public=False,
        obligation=made,
        date=day,
        due=found.due,
    )


def _conflict(field: str, message: str) -> tk.ValidationError:
    return tk.ValidationError({field: [message]})
