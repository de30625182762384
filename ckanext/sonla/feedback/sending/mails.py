"""Mails to who has no account, as values: an address to confirm, and nothing else.

None has a word that somebody else typed: whoever gives another's address can have this
one mail sent to it and no text of her own in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import policy
from ckanext.sonla.shared.language import speaking
from ckanext.sonla.shared.mail import Mail, outbox

from . import keys, limits, short_memory

if TYPE_CHECKING:
    from ckanext.sonla.feedback.model import Feedback, Support


def token_of(feedback: Feedback) -> str:
    """Return what the link to confirm the sender's address ends in."""
    return keys.token("confirm", feedback.id, feedback.email or "")


def support_token(support: Support) -> str:
    """Return what the link to confirm a supporter's address ends in."""
    return keys.token("confirm support", support.id, support.email or "")


def ask_to_confirm(feedback: Feedback) -> None:
    """Ask the sender whether the address is hers; the clock may wait for it."""
    if not feedback.email or not _may_write(feedback.email):
        return
    waits = feedback.state == "unconfirmed"
    with speaking(feedback.language):
        subject = tk._("Confirm your e-mail address: feedback {code}")
        text = _waiting_words() if waits else _receipt_words()
        site = tk.config["ckan.site_title"]
        told = text.format(code=feedback.code, site=site, days=_days())
    outbox.put(
        Mail(
            key=f"feedback.confirm:{feedback.id}",
            address=feedback.email,
            subject=subject.format(code=feedback.code),
            text=told,
            language=feedback.language,
            link=_link(f"confirm/{feedback.code}/{token_of(feedback)}"),
        )
    )


def ask_supporter(support: Support, code: str) -> None:
    """Ask a supporter whether the address is hers."""
    if not support.email or not _may_write(support.email):
        return
    with speaking(support.language):
        subject = tk._("Confirm your e-mail address: you support feedback {code}")
        text = tk._(
            "Somebody gave this address on the portal “{site}” to be told once how "
            "feedback {code} is answered.\n\nIf that was you, confirm it on the page "
            "behind this link. If not, there is nothing to do: you will get no other "
            "mail."
        ).format(code=code, site=tk.config["ckan.site_title"])
    outbox.put(
        Mail(
            key=f"feedback.confirm_support:{support.id}",
            address=support.email,
            subject=subject.format(code=code),
            text=text,
            language=support.language,
            link=_link(f"confirm/support/{support.id}/{support_token(support)}"),
        )
    )


def _waiting_words() -> str:
    return tk._(
        "Feedback with the code {code} came to the portal “{site}” and names this "
        "address.\n\nConfirm it on the page behind this link: only then is the "
        "feedback received, and only then do the {days} days begin in which it is "
        "answered.\n\nIf you have sent nothing, there is nothing to do: you will get "
        "no other mail."
    )


def _receipt_words() -> str:
    return tk._(
        "The portal “{site}” has received feedback with the code {code}; it is "
        "answered within {days} days.\n\nConfirm this address on the page behind "
        "this link to be told of the answer by mail.\n\nIf you have sent nothing, "
        "there is nothing to do: you will get no other mail."
    )


def _days() -> int:
    return policy.number("feedback_days")


def _may_write(address: str) -> bool:
    """Tell whether a mailbox gets one more today; others may fill it in our name."""
    try:
        return limits.count_mailbox(address)
    except short_memory.Away:
        return True


def _link(path: str) -> str:
    return f"{tk.config['ckan.site_url'].rstrip('/')}/feedback/{path}"
