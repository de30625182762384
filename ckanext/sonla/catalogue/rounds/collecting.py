"""Bringing what the agencies' leaders approved into an open edition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.catalogue import editions
from ckanext.sonla.catalogue.numbering import next_code
from ckanext.sonla.shared import clock, events

from .model import ReviewAnswer, ReviewRound

if TYPE_CHECKING:
    from ckanext.sonla.catalogue.model import Edition


def collect(review_round: ReviewRound, edition: Edition, actor: str) -> dict[str, Any]:
    """Bring every approved answer in that is not in an edition yet.

    Each answer comes whole or stays out with its reason, and can be collected later.

    Returns:
        `collected` (number of answers), `changes` (of lines) and `refused`, a list of
        `{agency, message}`.
    """
    told: dict[str, Any] = {"collected": 0, "changes": 0, "refused": []}
    for answer in _waiting(review_round):
        try:
            with model.Session.begin_nested():
                for change in answer.changes:
                    _bring(change, edition, actor)
                answer.collected, answer.collected_by = clock.now(), actor
                answer.edition_id = edition.id
        except (tk.ValidationError, tk.ObjectNotFound) as error:
            told["refused"].append(_refusal(answer, error))
            continue
        told["collected"] += 1
        told["changes"] += len(answer.changes)
    events.record(
        "review_round.collected",
        object_type="review_round",
        object_id=review_round.id,
        actor=actor,
        public=False,
        edition=edition.id,
        answers=told["collected"],
        changes=told["changes"],
    )
    return told


def _waiting(review_round: ReviewRound) -> list[ReviewAnswer]:
    return list(
        model.Session.scalars(
            sa.select(ReviewAnswer)
            .where(
                ReviewAnswer.round_id == review_round.id,
                ReviewAnswer.state == "approved",
                ReviewAnswer.collected.is_(None),
            )
            .order_by(ReviewAnswer.decided)
            .with_for_update()
        )
    )


def _bring(change: dict[str, Any], edition: Edition, actor: str) -> None:
    if change["change"] == "added":
        code = change["code"] or next_code()
        editions.create_entry(edition, {**change["fields"], "code": code}, actor)
    elif change["change"] == "changed":
        editions.update_entry(edition, change["code"], change["fields"], actor)
    else:
        editions.retire_entry(edition, change["code"], actor)


def _refusal(answer: ReviewAnswer, error: Exception) -> dict[str, str]:
    agency = model.Group.get(answer.agency_id)
    if isinstance(error, tk.ValidationError):
        sentences = [
            str(one)
            for told in error.error_dict.values()
            for one in (told if isinstance(told, list) else [told])
        ]
        message = " ".join(sentences)
    else:
        message = str(error)
    return {
        "agency": agency.name if agency else answer.agency_id,
        "agency_title": (agency and agency.title) or answer.agency_id,
        "message": message,
    }
