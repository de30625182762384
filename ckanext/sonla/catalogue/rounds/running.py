"""Opening a round, reminding who hasn't answered, closing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.catalogue import register
from ckanext.sonla.shared import clock, events, roles

from . import mails
from .model import ReviewAnswer, ReviewRound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date


def open_round(
    due: date, note: str, agencies: Sequence[str], actor: str
) -> ReviewRound:
    """Open a round and tell the agencies, in the caller's transaction.

    Args:
        due: the last day for answers.
        note: what the agencies are told.
        agencies: names or ids of those asked; without any, all.
        actor: the operator's id.

    Raises:
        ValidationError: the day is past, a round is open, or an agency is unknown.
    """
    model.Session.execute(sa.text("SELECT pg_advisory_xact_lock(782, 72)"))
    if due < clock.today():
        raise tk.ValidationError({"due": [tk._("This day is past.")]})
    if open_one() is not None:
        raise tk.ValidationError(
            {"state": [tk._("A round is open: close it before you open another.")]}
        )
    edition = register.edition_in_force()
    review_round = ReviewRound(
        due=due, note=note, base_id=edition.id if edition else None, opened_by=actor
    )
    model.Session.add(review_round)
    model.Session.flush()
    answers = [
        ReviewAnswer(round_id=review_round.id, agency_id=agency_id, editors=[])
        for agency_id in _asked(agencies, edition.id if edition else None)
    ]
    if not answers:
        raise tk.ValidationError({"agencies": [tk._("There is no agency to ask.")]})
    model.Session.add_all(answers)
    model.Session.flush()
    mails.put_opened(review_round, answers)
    _log("review_round.opened", review_round, actor, agencies=len(answers))
    return review_round


def _asked(named: Sequence[str], edition_id: str | None) -> list[str]:
    """Return the ids of those asked: by name, or whoever has accounts or entries."""
    if named:
        found = {one: model.Group.get(one) for one in named}
        unknown = [
            one
            for one, group in found.items()
            if group is None or not group.is_organization or group.state != "active"
        ]
        if unknown:
            told = tk._("There is no agency {agency}.")
            raise tk.ValidationError(
                {"agencies": [told.format(agency=one[:100]) for one in unknown]}
            )
        return list({group.id for group in found.values() if group is not None})
    entries = register.entries_of(edition_id) if edition_id else []
    owing = {one.lead_agency_id for one in entries}
    owing |= {id_ for ids in register.providers_of(entries).values() for id_ in ids}
    active = set(
        model.Session.scalars(
            sa.select(model.Group.id).where(
                model.Group.is_organization.is_(True), model.Group.state == "active"
            )
        )
    )
    having_accounts = model.Session.scalars(
        sa.select(model.Member.group_id).where(
            model.Member.table_name == "user",
            model.Member.state == "active",
            model.Member.capacity.in_((roles.OFFICER, roles.LEADER)),
        )
    )
    return sorted(active & (owing | set(having_accounts)))


def open_one() -> ReviewRound | None:
    """Return the round that is open."""
    return model.Session.scalars(
        sa.select(ReviewRound).where(ReviewRound.state == "open")
    ).first()


def state_of(round_id: str, agency_id: str) -> str | None:
    """Return the state of an agency's answer; None when it isn't asked."""
    return model.Session.scalar(
        sa.select(ReviewAnswer.state).filter_by(round_id=round_id, agency_id=agency_id)
    )


def remind(
    review_round: ReviewRound, agencies: Sequence[str], actor: str | None
) -> int:
    """Remind the agencies whose answer isn't approved yet; each once a day.

    Returns:
        How many agencies are reminded now.
    """
    query = sa.select(ReviewAnswer).where(
        ReviewAnswer.round_id == review_round.id, ReviewAnswer.state.in_(mails.TURNS)
    )
    if agencies:
        query = query.where(
            ReviewAnswer.agency_id.in_(
                sa.select(model.Group.id).where(model.Group.name.in_(agencies))
            )
        )
    count = 0
    for answer in model.Session.scalars(query.with_for_update()).all():
        today = answer.reminded and clock.local_date(answer.reminded) == clock.today()
        if today or not mails.put_reminder(answer, review_round):
            continue
        answer.reminded, answer.reminders = clock.now(), answer.reminders + 1
        count += 1
    if count:
        _log("review_round.reminded", review_round, actor, agencies=count)
    model.Session.flush()
    return count


def close_round(review_round: ReviewRound, actor: str) -> None:
    """Close a round; who hasn't answered until now can't any more.

    Raises:
        ValidationError: it is closed already.
    """
    model.Session.refresh(review_round, with_for_update=True)
    if review_round.state != "open":
        raise tk.ValidationError({"state": [tk._("This round is closed.")]})
    review_round.state = "closed"
    review_round.closed, review_round.closed_by = clock.now(), actor
    model.Session.flush()
    _log("review_round.closed", review_round, actor)


def _log(name: str, review_round: ReviewRound, actor: str | None, **told: Any) -> None:
    events.record(
        name,
        object_type="review_round",
        object_id=review_round.id,
        actor=actor,
        public=False,
        due=review_round.due,
        **told,
    )
