"""What a step tells, made as values: to who handles it, and to who waits for it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.feedback import people
from ckanext.sonla.feedback.model import Answer, Feedback, Support
from ckanext.sonla.feedback.vocabulary import label
from ckanext.sonla.shared import clock, preferences
from ckanext.sonla.shared.formats import sonla_date
from ckanext.sonla.shared.language import speaking
from ckanext.sonla.shared.mail import Mail, outbox
from ckanext.sonla.shared.msgid import N_

if TYPE_CHECKING:
    from collections.abc import Iterator

# event: the subject, for those who handle it
_SUBJECTS = {
    "assigned": N_("Feedback {code} is yours, due on {due}"),
    "forwarded": N_("Feedback {code} has come to your agency, due on {due}"),
    "coordinated": N_("Your agency is asked about feedback {code}, due on {due}"),
    "contributed": N_("An agency has answered about feedback {code}"),
    "proposed": N_("An answer to feedback {code} waits for you, due on {due}"),
    "returned": N_("The leader returned the answer to feedback {code}"),
    "answered": N_("The answer to feedback {code} is public"),
    "rejected": N_("The refusal of feedback {code} is public"),
    "reopened": N_("Feedback {code} was reopened, due on {due}"),
}


def put_about(feedback: Feedback, event: str, actor: str | None, text: str) -> None:
    """Tell who has to know of a step, in the caller's transaction.

    Args:
        feedback: as the step left it.
        event: what happened, such as `forwarded`.
        actor: the account that took the step; it needs no telling.
        text: a word between those who handle it, or nothing.
    """
    moment = clock.now().isoformat()
    for user_id in dict.fromkeys(_readers(feedback, event)):
        if user_id != actor:
            key = f"feedback.{event}:{feedback.code}:{moment}:{user_id}"
            outbox.put(_inside(feedback, event, user_id, key, text))
    if event in ("answered", "rejected"):
        put_answer(feedback)


def _readers(feedback: Feedback, event: str) -> list[str]:
    handlers = people.handlers_of(feedback.handler_id)
    if event == "proposed":
        return people.leaders_of(feedback.handler_id)
    if event in ("forwarded", "reopened"):
        return handlers
    if event == "coordinated":
        [asked] = people.waits_for(feedback.id)[:1]
        return people.handlers_of(asked)
    mine = [feedback.assigned_to] if feedback.assigned_to else handlers
    return mine if event in _SUBJECTS else []


def _inside(feedback: Feedback, event: str, user_id: str, key: str, text: str) -> Mail:
    language = preferences.language_of(user_id)
    with speaking(language):
        subject = tk._(_SUBJECTS[event]).format(
            code=feedback.code, due=sonla_date(feedback.due)
        )
        about = f"{label('kind', feedback.kind)}: {feedback.subject}"
    return Mail(
        key=key,
        user_id=user_id,
        subject=subject,
        text="\n\n".join(part for part in (about, text) if part),
        language=language,
        link=f"{_site()}/feedback/{feedback.code}/handle",
        gather=True,
    )


def put_answer(feedback: Feedback) -> None:
    """Tell everybody once who sent or supported it, in the caller's transaction.

    Only to addresses that were confirmed. Nothing in a mail is of anybody else's.
    """
    answer = model.Session.scalars(
        sa.select(Answer).where(
            Answer.feedback_id == feedback.id,
            Answer.round == feedback.round,
            Answer.state == "approved",
        )
    ).one()
    for address, language in _addresses(feedback):
        outbox.put(_outside(feedback, answer, address, language))


def _addresses(feedback: Feedback) -> Iterator[tuple[str, str]]:
    """Yield each confirmed address once, with the language of its owner."""
    told: set[str] = set()
    supports = model.Session.execute(
        sa.select(Support.email, Support.language)
        .where(
            Support.feedback_id == feedback.id,
            Support.email.is_not(None),
            Support.email_confirmed.is_not(None),
        )
        .order_by(Support.created)
    )
    sender = [(feedback.email, feedback.language)] if feedback.email_confirmed else []
    for address, language in [*sender, *supports.tuples()]:
        if address and address.lower() not in told:
            told.add(address.lower())
            yield address, language


def _outside(feedback: Feedback, answer: Answer, address: str, language: str) -> Mail:
    # The key stays when the address is erased: it is no address itself.
    whose = hashlib.sha256(address.lower().encode()).hexdigest()[:32]
    with speaking(language):
        if answer.kind == "rejection":
            subject = tk._("Feedback {code} was declined, with the reason")
        else:
            subject = tk._("Feedback {code} has been answered")
        agency = people.named(feedback.handler_id)["title"]
        intro = tk._("{agency} has answered feedback {code}:").format(
            agency=agency, code=feedback.code
        )
        parts = [intro, answer.text]
        if answer.revision_id:
            parts.append(tk._("The data was mended; the answer names its version."))
        subject = subject.format(code=feedback.code)
    return Mail(
        key=f"feedback.told:{feedback.code}:{feedback.round}:{whose}",
        address=address,
        subject=subject,
        text="\n\n".join(parts),
        language=language,
        link=f"{_site()}/feedback/{feedback.code}",
    )


def _site() -> str:
    return str(tk.config["ckan.site_url"]).rstrip("/")
