"""Sending feedback as a browser does: solved proofs, forms, what the outbox holds."""

from __future__ import annotations

import re
from typing import Any

import altcha
import sqlalchemy as sa

from ckan import model
from ckan.tests.helpers import call_action
from ckanext.sonla.feedback.model import Feedback
from ckanext.sonla.feedback.sending import proof
from ckanext.sonla.shared.mail import OutboxMail

TEXT = {
    "kind": "quality",
    "subject": "Số liệu quý III thiếu ba xã vùng cao",
    "text": "Bảng không có số liệu của ba xã vùng cao.\nXin bổ sung.",
}


def solved(challenge: dict[str, Any] | None = None) -> str:
    """Return a proof of work, as ALTCHA's worker makes it in a browser."""
    asked = altcha.Challenge.from_dict(challenge or proof.challenge())
    found = altcha.solve_challenge(asked)
    assert found is not None
    return altcha.Payload(asked, found).to_base64()


def send(**values: Any) -> dict[str, Any]:
    """Send feedback as a stranger whose browser did the proof of work."""
    asked = {**TEXT, "altcha": solved(), **values}
    return call_action(
        "sonla_feedback_create", {"user": "", "ignore_auth": False}, **asked
    )


def send_by_mail(**values: Any) -> dict[str, Any]:
    """Send feedback as a stranger whose browser runs no script."""
    asked = {**TEXT, "email": "nguoi.gui@thu.example", **values}
    return call_action(
        "sonla_feedback_create", {"user": "", "ignore_auth": False}, **asked
    )


def kept(code: str) -> Feedback:
    """Return feedback as the database has it now."""
    model.Session.expire_all()
    found = model.Session.scalar(sa.select(Feedback).where(Feedback.code == code))
    assert found is not None
    return found


def links(address: str = "nguoi.gui@thu.example") -> list[str]:
    """Return the paths of the links in the mails to an address, the last one first."""
    rows = model.Session.scalars(
        sa.select(OutboxMail)
        .where(OutboxMail.address == address)
        .order_by(OutboxMail.id.desc())
    )
    return [re.sub(r"^https?://[^/]+", "", row.link or "") for row in rows]


def token_in(page: str) -> str:
    """Return the token of the form of a page."""
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]
