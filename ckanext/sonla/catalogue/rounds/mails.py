"""What a round of review tells agencies, made as values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import clock, preferences, roles, standing_in
from ckanext.sonla.shared.formats import sonla_date
from ckanext.sonla.shared.language import speaking
from ckanext.sonla.shared.mail import Mail, outbox

from .model import ReviewAnswer, ReviewRound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# State of the answer → whose turn it is.
TURNS = {
    "waiting": (roles.OFFICER, roles.OPERATOR),
    "returned": (roles.OFFICER, roles.OPERATOR),
    "answered": (roles.LEADER,),
}


def put_opened(review_round: ReviewRound, answers: list[ReviewAnswer]) -> None:
    """Tell each agency, its leader too, that a round is open."""
    for answer in answers:
        turn = (roles.OFFICER, roles.OPERATOR, roles.LEADER)
        for mail in _to(answer, review_round, turn, "opened", "", _opened):
            outbox.put(mail)


def put_about(answer: ReviewAnswer, state: str) -> None:
    """Tell those whose turn it is now."""
    review_round = model.Session.get(ReviewRound, answer.round_id)
    stamp = clock.now().isoformat()
    if review_round is None or state not in TURNS:
        return
    words = _answered if state == "answered" else _returned
    for mail in _to(answer, review_round, TURNS[state], state, stamp, words):
        outbox.put(mail)


def put_reminder(answer: ReviewAnswer, review_round: ReviewRound) -> int:
    """Remind those whose turn it is; once a day. Return how many are told."""
    stamp = clock.today().isoformat()
    turn = TURNS.get(answer.state, ())
    told = list(_to(answer, review_round, turn, "remind", stamp, _reminder))
    for mail in told:
        outbox.put(mail)
    return len(told)


def _to(  # noqa: PLR0913, PLR0917 - the parts of a mail
    answer: ReviewAnswer,
    review_round: ReviewRound,
    turn: tuple[str, ...],
    step: str,
    stamp: str,
    words: Callable[[ReviewAnswer, ReviewRound], tuple[str, str]],
) -> Iterator[Mail]:
    site = tk.config["ckan.site_url"].rstrip("/")
    for role in turn:
        for user_id in standing_in.readers_of(role, answer.agency_id):
            language = preferences.language_of(user_id)
            with speaking(language):
                subject, text = words(answer, review_round)
            yield Mail(
                key=f"review_round.{step}:{answer.id}:{stamp}:{user_id}",
                user_id=user_id,
                subject=subject,
                text=text,
                language=language,
                link=f"{site}/catalogue/round/{review_round.id}",
                gather=True,
            )


def _opened(_answer: ReviewAnswer, review_round: ReviewRound) -> tuple[str, str]:
    subject = tk._("Review of the open data catalogue, answer by {date}").format(
        date=sonla_date(review_round.due)
    )
    text = tk._(
        "The office that runs the portal has opened a review of the catalogue. Confirm "
        "your agency's part or propose changes; your leader approves the answer."
    )
    return subject, "\n\n".join(part for part in (text, review_round.note) if part)


def _answered(_answer: ReviewAnswer, _round: ReviewRound) -> tuple[str, str]:
    return (
        tk._("Awaiting your approval: the agency's answer in the catalogue review"),
        tk._("The officer has answered for your agency. Approve or return the answer."),
    )


def _returned(answer: ReviewAnswer, _round: ReviewRound) -> tuple[str, str]:
    return (
        tk._("Returned with directions: the answer in the catalogue review"),
        answer.comment,
    )


def _reminder(answer: ReviewAnswer, review_round: ReviewRound) -> tuple[str, str]:
    subject = tk._("Reminder: the catalogue review ends on {date}").format(
        date=sonla_date(review_round.due)
    )
    if answer.state == "answered":
        return subject, tk._("Your agency's answer still waits for your approval.")
    return subject, tk._("Your agency has not answered yet.")
