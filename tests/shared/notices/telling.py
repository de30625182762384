"""A notice to a person, and what she chooses."""

from __future__ import annotations

from typing import Any

from ckan import model
from ckanext.sonla.shared import mail


def notice(person: dict[str, Any], key: str, subject: str = "Chờ duyệt") -> None:
    mail.outbox.put(
        mail.Mail(
            key=key,
            user_id=person["id"],
            subject=subject,
            text="Có việc mới.",
            link="https://dulieu.sonla.gov.vn/revision/1",
            language="vi",
            gather=True,
        )
    )
    model.Session.commit()
