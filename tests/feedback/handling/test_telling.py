"""Who is told of a step: who has to go on, and everybody who asked or supported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.feedback.model import Support
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.mail import OutboxMail
from tests.factories import feedback as make

from .test_steps import answered

if TYPE_CHECKING:
    from .conftest import People


def mails(event: str) -> list[tuple[str | None, str]]:
    """Return account or address and subject of each notice of an event."""
    rows = model.Session.execute(
        sa.select(model.User.name, OutboxMail.address, OutboxMail.subject)
        .outerjoin(model.User, model.User.id == OutboxMail.user_id)
        .where(OutboxMail.event == f"feedback.{event}")
        .order_by(OutboxMail.id)
    )
    return [(name or address, subject) for name, address, subject in rows]


def test_each_step_tells_who_has_to_go_on(people: People, code: str) -> None:
    def told_of(event: str) -> list[str | None]:
        return [who for who, _ in mails(event)]

    people.do("leader", "assign", code, account=people.officer)
    people.do("officer", "coordinate", code, agency="so-noi-vu", text="Xin số liệu")
    people.do("other_officer", "contribute", code, text="Số liệu")
    people.do("officer", "answer_submit", code, text="Một")
    people.do("leader", "answer_return", code, comment="Nói rõ")
    people.do("operator", "forward", code, agency="so-noi-vu")
    assert told_of("assigned") == [people.officer]
    assert told_of("coordinated") == [people.other_officer]
    assert told_of("contributed") == [people.officer]
    assert told_of("proposed") == [people.leader]
    assert told_of("returned") == [people.officer]
    assert told_of("forwarded") == [people.other_officer]


def test_everybody_who_sent_or_supported_is_told_once_in_her_language(
    app: Any, people: People
) -> None:
    sent = make.received(
        people.health["id"], name="Nguyễn Văn A", email="a@example.vn",
        email_confirmed=clock.now(),
    )  # fmt: skip
    for email, language, confirmed in (
        ("B@example.vn", "en", True), ("A@example.vn", "vi", True),
        ("c@example.vn", "vi", False), (None, "vi", False),
    ):  # fmt: skip
        model.Session.add(
            Support(
                feedback_id=sent.id, supporter=email or "d", email=email,
                language=language, email_confirmed=clock.now() if confirmed else None,
            )
        )  # fmt: skip
    model.Session.commit()
    with app.flask_app.test_request_context():
        answered(people, sent.code)
    assert mails("told") == [
        ("a@example.vn", f"Phản hồi {sent.code} đã được trả lời"),
        ("B@example.vn", f"Feedback {sent.code} has been answered"),
    ]
    for text in model.Session.scalars(
        sa.select(OutboxMail.text).where(OutboxMail.event == "feedback.told")
    ):
        assert "Đã bổ sung." in text
        assert "Nguyễn" not in text
        assert "example.vn" not in text
