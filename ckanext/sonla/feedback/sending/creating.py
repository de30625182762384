"""Making feedback of what somebody sent: proof, object, text, file, code and secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.model.types import make_uuid
from ckanext.sonla.feedback import codes
from ckanext.sonla.feedback.model import Attachment, Feedback
from ckanext.sonla.shared import clock, language

from . import (
    attachments,
    holding,
    keys,
    limits,
    mails,
    objects,
    proof,
    receiving,
    short_memory,
    steps,
    store,
    texts,
)


@dataclass(frozen=True)
class Sent:
    """What was made, and the secret that only its sender has from now on."""

    feedback: Feedback
    secret: str


def create(data: dict[str, Any]) -> Sent:
    """Make feedback, in the caller's transaction.

    Args:
        data: what `sonla_feedback_create` takes, checked by its schema.

    Raises:
        TooMany: the address sent too much.
        ValidationError: by field; nothing was used up, so it can be sent again.
    """
    unknown = not limits.softly("send", data["kind"])
    proven = proof_of(data)
    about = objects.of(data)
    upload = data.get("attachment")
    file = attachments.checked(upload) if upload else None
    if proven is not None:
        unknown = not use(proven) or unknown
    sent = _made(data, about, proven=proven is not None, unknown=unknown)
    model.Session.add(sent.feedback)
    model.Session.flush()
    if file is not None:
        _attach(sent.feedback, file)
    if sent.feedback.state == "received":
        receiving.tell(sent.feedback)
    mails.ask_to_confirm(sent.feedback)
    return sent


def confirm(code: str, token: str) -> Feedback:
    """Confirm the sender's address, in the caller's transaction; twice does no harm.

    Raises:
        ObjectNotFound: the link is not one of ours, or its sender is forgotten.
    """
    feedback = model.Session.scalar(
        sa.select(Feedback).where(Feedback.code == code.strip().upper())
    )
    if feedback is None or not feedback.email or not _fits(feedback, token):
        raise tk.ObjectNotFound(tk._("This link is not valid, or it has had its time."))
    if feedback.state == "unconfirmed":
        steps.confirm.run(feedback, None)
    elif feedback.email_confirmed is None:
        feedback.email_confirmed = clock.now()
    return feedback


def _fits(feedback: Feedback, token: str) -> bool:
    return keys.fits(token, "confirm", feedback.id, feedback.email or "")


def use(proven: proof.Proof) -> bool:
    """Use a proof; False where nobody knows whether it was used before.

    Raises:
        ValidationError: it was used before.
    """
    try:
        proof.use(proven)
    except proof.Refused as refused:
        raise refused_proof(refused) from None
    except short_memory.Away:
        return False
    return True


def refused_proof(refused: proof.Refused) -> tk.ValidationError:
    """Return the refusal of a proof, in words."""
    sentence = {
        proof.EXPIRED: tk._(
            "The check was made too long ago. Send again: it is repeated."
        ),
        proof.USED: tk._("The check was used already. Send again: it is repeated."),
    }.get(refused.why, tk._("The check is not one of this portal's. Send again."))
    return tk.ValidationError({"altcha": [sentence]})


def proof_of(data: dict[str, Any]) -> proof.Proof | None:
    """Return the proof of work; without one an address must be confirmed."""
    if data.get("altcha"):
        try:
            return proof.checked(data["altcha"])
        except proof.Refused as refused:
            raise refused_proof(refused) from None
    if not data.get("email"):
        raise tk.ValidationError(
            {
                "email": [
                    tk._(
                        "Without the automatic check, which needs JavaScript, an "
                        "e-mail address is needed: it is confirmed by a link."
                    )
                ]
            }
        )
    return None


def _made(
    data: dict[str, Any], about: objects.About, *, proven: bool, unknown: bool
) -> Sent:
    secret = codes.new_secret()
    subject, text = data["subject"], data["text"]
    alike = holding.count_alike(subject, text)
    held_for = holding.reasons(subject, text, alike=None if unknown else alike)
    feedback = Feedback(
        # Its attachment and its mail name it before it is written.
        id=make_uuid(),
        code=codes.new_code(),
        secret_hash=codes.hash_of(secret),
        kind=data["kind"],
        subject=subject,
        text=text,
        subject_words=texts.words_of(subject),
        publish_text=data["publish_text"],
        language=language.current(),
        name=data.get("name") or None,
        email=data.get("email") or None,
        handler_id=objects.handler_of(data["kind"], about),
        state="unconfirmed",
        moderation=receiving.HELD if held_for else receiving.CLEAR,
        held_for=held_for,
        **about.as_dict(),
    )
    if proven:
        receiving.receive(feedback, clock.now())
    return Sent(feedback, secret)


def _attach(feedback: Feedback, file: attachments.Checked) -> None:
    model.Session.add(
        Attachment(
            feedback_id=feedback.id,
            file=store.keep(file.content),
            name=file.name,
            mimetype=file.mimetype,
            size=len(file.content),
            scanned=file.scanned,
        )
    )
