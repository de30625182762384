""" "Me too": who has the same wish says so instead of sending it again (article 7.3).

Counted once for each person: by an e-mail address, else by the hash of the address that
the request came from, which is forgotten after a day.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.model.types import make_uuid
from ckanext.sonla.feedback.model import Feedback, Support
from ckanext.sonla.feedback.vocabulary import OPEN
from ckanext.sonla.shared import clock, language

from . import (
    addresses,
    creating,
    finding,
    keys,
    limits,
    mails,
    receiving,
    short_memory,
)


def support(data: dict[str, Any]) -> Feedback:
    """Support open feedback, in the caller's transaction.

    Raises:
        ValidationError: it isn't open, or neither proof nor address came.
        ObjectNotFound: there is no such feedback that strangers know of.
        TooMany: the address asked too often.
    """
    limits.softly("support")
    feedback = _open_one(data["code"])
    proven = creating.proof_of(data)
    if proven is not None:
        creating.use(proven)
    made = _add(feedback, data.get("email"), counted=proven is not None)
    if made is None:
        return feedback
    mails.ask_supporter(made, feedback.code)
    if made.counted:
        _count_one(feedback)
    return feedback


def confirm(support_id: str, token: str) -> Feedback:
    """Confirm a supporter's address, in the caller's transaction.

    Raises:
        ObjectNotFound: the link is not one of ours, or its sender is forgotten.
    """
    found = model.Session.get(Support, support_id, with_for_update=True)
    if found is None or not found.email or not _fits(found, token):
        raise _no_link()
    feedback = model.Session.get(Feedback, found.feedback_id)
    if feedback is None:
        raise _no_link()
    if found.email_confirmed is None:
        found.email_confirmed = clock.now()
        if not found.counted:
            found.counted = True
            _count_one(feedback)
    return feedback


def forget_addresses(before: Any) -> int:
    """Forget the hashes of addresses that have had their day."""
    gone: Any = model.Session.execute(
        sa.update(Support)
        .where(
            Support.supporter.isnot(None),
            Support.email.is_(None),
            Support.created < before,
        )
        .values(supporter=None)
    )
    return gone.rowcount


def _fits(support_: Support, token: str) -> bool:
    return keys.fits(token, "confirm support", support_.id, support_.email or "")


def _no_link() -> tk.ObjectNotFound:
    return tk.ObjectNotFound(tk._("This link is not valid, or it has had its time."))


def _open_one(code: str) -> Feedback:
    feedback = model.Session.scalar(
        sa.select(Feedback).where(Feedback.code == code.strip().upper())
    )
    if feedback is None or feedback.moderation != receiving.CLEAR:
        raise finding.missing()
    if feedback.state not in OPEN:
        raise tk.ValidationError(
            {"code": [tk._("This feedback is no longer open; send your own.")]}
        )
    return feedback


def _add(feedback: Feedback, email: str | None, *, counted: bool) -> Support | None:
    """Add a support; None where the same person supports it already."""
    values = {
        "id": make_uuid(),
        "feedback_id": feedback.id,
        "supporter": _who(feedback, email),
        "email": email,
        "counted": counted,
        "language": language.current(),
        "created": clock.now(),
    }
    added = model.Session.scalar(
        insert(Support)
        .values(values)
        .on_conflict_do_nothing(index_elements=["feedback_id", "supporter"])
        .returning(Support.id)
    )
    return model.Session.get(Support, added) if added else None


def _who(feedback: Feedback, email: str | None) -> str | None:
    """Return a hash of the person, which says nothing about other feedback."""
    if email:
        return keys.token("supporter", feedback.id, email.casefold())
    address = addresses.of_the_caller()
    if address is None:
        return None
    try:
        return keys.token("supporter", feedback.id, addresses.hashed(address))
    except short_memory.Away:
        return None


def _count_one(feedback: Feedback) -> None:
    model.Session.flush()
    model.Session.execute(
        sa.update(Feedback)
        .where(Feedback.id == feedback.id)
        .values(supports=Feedback.supports + 1)
    )
    model.Session.refresh(feedback)
    receiving.record(feedback, "feedback.supported", supports=feedback.supports)
