"""The life of an edition.

    draft ──submit──▶ submitted ──approve──▶ approved ──(its day)──▶ in_force
      ▲                    │                                            │
      └──(edited again)────┴──reject──▶ rejected ──submit──▶ …          ▼
                                                       (the next one's day) superseded

An edition approved for a day that has come is in force at once. Each transition is a
class: from where, to where, what it needs, what it writes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import clock, events
from ckanext.sonla.shared.msgid import N_

from . import register, scans, vocabulary
from .model import OPEN, Edition, Entry
from .table_schemas import entry_keys, impact
from .transitions import Transition

if TYPE_CHECKING:
    from datetime import date

STATES = ("draft", "submitted", "rejected", "approved", "in_force", "superseded")


class Step(Transition[Edition]):
    """A step of an edition."""

    labels = "edition_state"
    refusal = N_("The edition is {state}; that cannot be done now.")

    def after(self, edition: Edition) -> None:
        edition.changed = clock.now()

    def told(self, edition: Edition) -> dict[str, Any]:
        return {
            "object_type": "edition",
            "object_id": edition.id,
            **self.content(edition),
        }

    def content(self, edition: Edition) -> dict[str, Any]:
        """Return what the event says of the edition."""
        return {"kind": edition.kind}


class Submit(Step):
    """The operator puts an edition before the leader."""

    sources = OPEN
    target = "submitted"
    event = "edition.submitted"

    def apply(self, edition: Edition, actor: str | None, **_data: Any) -> None:
        changes = model.Session.scalar(
            sa.select(sa.func.count())
            .select_from(Entry)
            .where(Entry.edition_id == edition.id, Entry.change != "unchanged")
        )
        if not changes:
            raise tk.ValidationError(
                {"entries": [tk._("The edition changes nothing.")]}
            )
        entry_keys.require_good(edition)
        latest = register.latest_edition()
        _refuse_if(
            edition.kind == "amending"
            and (latest is None or latest.id != edition.base_id),
            "base",
            tk._(
                "Another edition has been approved since this one was begun. Bring "
                "this one up to date first."
            ),
        )
        # The leader decides on a comparison: it must still be the one that she read.
        edition.compared_id = latest.id if latest else None
        edition.submitted, edition.submitted_by = clock.now(), actor
        edition.comment = ""


class Reject(Step):
    """The leader sends an edition back, with the reason."""

    sources = ("submitted",)
    target = "rejected"
    event = "edition.rejected"

    def apply(self, edition: Edition, actor: str | None, **data: Any) -> None:
        edition.decided, edition.decided_by = clock.now(), actor
        edition.comment = data["comment"]


class Approve(Step):
    """The leader records the Chairman's decision; the edition gets its time."""

    sources = ("submitted",)
    target = "in_force"
    event = "edition.in_force"
    public = True

    def apply(self, edition: Edition, actor: str | None, **data: Any) -> None:
        if actor is None or actor == edition.submitted_by or actor in edition.editors:
            raise tk.NotAuthorized(
                tk._("Who decides on an edition has neither written nor submitted it.")
            )
        decided: date = data["decision_date"]
        starts: date = data.get("effective_date") or decided
        _refuse_if(
            decided > clock.today(),
            "decision_date",
            tk._("A decision cannot be of a later day than today."),
        )
        impact.accept(edition, (data.get("impact_reason") or "").strip(), actor)
        document = data.get("document")
        if scans.is_upload(document):
            document = scans.keep(edition, document)
        self._take_over(edition, starts)
        edition.decision_number = data["decision_number"]
        edition.decision_date = decided
        edition.effective_date = starts
        edition.document = document
        edition.decided, edition.decided_by = clock.now(), actor

    def _take_over(self, edition: Edition, starts: date) -> None:
        """End the edition before at the day on which this one starts."""
        # One decision at a time: two would both find the same predecessor.
        model.Session.execute(sa.text("SELECT pg_advisory_xact_lock(782, 71)"))
        before = register.latest_edition()
        stands_on = edition.base_id or edition.compared_id
        _refuse_if(
            (before.id if before else None) != stands_on,
            "base",
            tk._(
                "Another edition has been approved since this one was begun. Reject "
                "this one; the operator brings it up to date and submits it again."
            ),
        )
        if before is None or before.effective_date is None:
            return
        _refuse_if(
            starts < before.effective_date,
            "effective_date",
            tk._(
                "The edition before takes effect on {date}; this one is earlier."
            ).format(date=before.effective_date.isoformat()),
        )
        before.effective_until = starts
        if starts <= clock.today():
            before.state = "superseded"
        model.Session.flush()

    def goal(self, edition: Edition) -> str:
        return "in_force" if _has_begun(edition) else "approved"

    def happened(self, edition: Edition) -> str:
        return f"edition.{self.goal(edition)}"

    def content(self, edition: Edition) -> dict[str, Any]:
        return decision_of(edition)


def decision_of(edition: Edition) -> dict[str, Any]:
    """Return what an event says of a decided edition."""
    return {
        "kind": edition.kind,
        "decision_number": edition.decision_number,
        "decision_date": edition.decision_date,
        "effective_date": edition.effective_date,
    }


def _has_begun(edition: Edition) -> bool:
    return edition.effective_date is not None and (
        edition.effective_date <= clock.today()
    )


def begin_due() -> list[Edition]:
    """Bring editions into force whose day has come, the earliest first.

    After an outage they begin late, with the day that the decision names: what was in
    force on a date follows from the dates alone.
    """
    due = model.Session.scalars(
        sa.select(Edition)
        .where(Edition.state == "approved", Edition.effective_date <= clock.today())
        .order_by(Edition.effective_date)
        .with_for_update()
    ).all()
    for edition in due:
        edition.state, edition.changed = "in_force", clock.now()
        events.record(
            "edition.in_force",
            object_type="edition",
            object_id=edition.id,
            **decision_of(edition),
        )
    model.Session.flush()
    return list(due)


def supersede_ended() -> int:
    """Mark the editions whose time is over; return how many there were."""
    ended = model.Session.scalars(
        sa.update(Edition)
        .where(Edition.state == "in_force", Edition.effective_until <= clock.today())
        .values(state="superseded")
        .returning(Edition.id)
        .execution_options(synchronize_session=False)
    )
    return len(ended.all())


def reopen(edition: Edition, actor: str | None) -> None:
    """Make sure that an edition can be edited, and note who edits it.

    Raises:
        ValidationError: the edition is submitted or decided.
    """
    require_open(edition)
    edition.state = "draft"
    edition.touch(actor)


def require_open(edition: Edition) -> None:
    """Lock an edition and make sure that it can be edited.

    Raises:
        ValidationError: it is submitted or decided.
    """
    model.Session.refresh(edition, with_for_update=True)
    _refuse_if(
        edition.state not in OPEN,
        "edition_id",
        tk._("The edition is {state}; its entries stay as they are.").format(
            state=vocabulary.label("edition_state", edition.state)
        ),
    )


def _refuse_if(bad: bool, name: str, message: str) -> None:
    if bad:
        raise tk.ValidationError({name: [message]})
