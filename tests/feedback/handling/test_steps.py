"""Article 9.2: the agency handles feedback, alone or with others, and answers it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.feedback import codes, deciding, vocabulary
from ckanext.sonla.feedback.model import Answer, Feedback, PastRound
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.events import Event
from tests.factories import feedback as make
from tests.factories.obligations import at

from .conftest import EVERYBODY

if TYPE_CHECKING:
    from .conftest import People

# step: who may take it with feedback that the health department handles, and with what
STEPS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "assign": (("officer", "leader"), {}),
    "resume": (("officer",), {}),
    "pause": (("officer",), {"reason": "Chờ số liệu"}),
    "coordinate": (("officer",), {"agency": "so-noi-vu", "text": "Xin số liệu"}),
    "contribute": (("other_officer",), {"text": "Số liệu đây"}),
    "forward": (("officer", "operator"), {"agency": "so-noi-vu"}),
    "note": (("officer", "leader", "operator", "other_officer", "other_leader"),
             {"text": "Ghi nhớ"}),
    "answer_submit": (("officer",), {"text": "Đã bổ sung."}),
    "reject": (("officer",), {"reason": "duplicate"}),
    "answer_approve": (("leader",), {}),
    "answer_return": (("leader",), {"comment": "Nói rõ hơn"}),
    "reopen": (("officer", "operator"), {}),
    "inbox_show": (("officer", "leader", "other_officer", "other_leader", "operator",
                    "office_leader", "auditor", "sysadmin"), {}),
}  # fmt: skip


def read(code: str) -> Feedback:
    """Return feedback as the database has it now."""
    model.Session.rollback()
    # CKAN's session keeps what a statement has changed behind its back.
    model.Session.expire_all()
    return model.Session.query(Feedback).filter_by(code=code).one()


def told(code: str) -> list[tuple[str, bool]]:
    """Return the names of what happened to feedback, and whether all may know."""
    model.Session.rollback()
    query = sa.select(Event.name, Event.public).where(Event.object_id == code)
    rows = model.Session.execute(query.order_by(Event.seq))
    return [(name.partition(".")[2], public) for name, public in rows]


def answered(people: People, code: str, **data: Any) -> dict[str, Any]:
    people.do("officer", "answer_submit", code, text="Đã bổ sung.", **data)
    return people.do("leader", "answer_approve", code)


def test_every_state_is_reached_by_a_step() -> None:
    reached = {"received"} | set(deciding.STATE_OF.values())
    reached |= {one.target for one in deciding.TRANSITIONS if hasattr(one, "target")}
    # Sending and moderation lead to the others.
    assert reached == set(vocabulary.STATES) - {"unconfirmed", "set_aside"}
    for one in deciding.TRANSITIONS:
        assert set(one.sources) <= set(vocabulary.STATES)


def test_each_step_is_for_its_role_only(people: People, code: str) -> None:
    people.do("officer", "coordinate", code, agency="so-noi-vu", text="Xin số liệu")
    for step, (allowed, data) in STEPS.items():
        for who in EVERYBODY:
            context: Any = {"user": getattr(people, who), "ignore_auth": False}
            asked = {"code": code, **data}
            if who in allowed:
                assert tk.check_access(f"sonla_feedback_{step}", context, asked)
            else:
                with pytest.raises(tk.NotAuthorized):
                    tk.check_access(f"sonla_feedback_{step}", context, asked)
        with pytest.raises((tk.NotAuthorized, tk.ObjectNotFound)):
            people.do(None, step, "PH-0000-0000-0000", **data)


def test_from_receipt_to_the_public_answer(people: People, code: str) -> None:
    due = read(code).due
    assert people.do("leader", "assign", code, account=people.officer)["state"] == (
        "assigned"
    )
    assert people.do("officer", "resume", code)["state"] == "in_progress"
    people.do("officer", "pause", code, reason="Chờ đơn vị gửi số liệu")
    people.do("officer", "resume", code)
    told_ = people.do("officer", "answer_submit", code, text="Đã bổ sung ba xã.")
    assert told_["state"] == "in_progress"
    people.do("leader", "answer_return", code, comment="Nêu tên ba xã.")
    people.do("officer", "answer_submit", code, text="Đã bổ sung: A, B, C.")
    told_ = people.do("leader", "answer_approve", code)
    assert (told_["state"], told_["late"]) == ("answered", False)
    row = read(code)
    assert (row.due, row.assigned_to) == (due, people.id_of("officer"))
    assert row.closed is not None
    assert row.public_text == "Bảng không có số liệu của ba xã vùng cao."
    assert told(code) == [
        ("assigned", False), ("resumed", False), ("paused", False), ("resumed", False),
        ("proposed", False), ("returned", False), ("proposed", False),
        ("answered", True),
    ]  # fmt: skip


def test_no_event_that_all_may_read_names_a_person(people: People, code: str) -> None:
    people.do("officer", "coordinate", code, agency="so-noi-vu", text="Xin số liệu")
    people.do("officer", "forward", code, agency="so-noi-vu", reason="Việc của Sở")
    people.do("other_officer", "reject", code, reason="not_data")
    people.do("other_leader", "answer_approve", code)
    people.do("other_officer", "reopen", code)
    public = [one for one in model.Session.query(Event).all() if one.public]
    names = [one.name for one in public if one.object_id == code]
    assert names == [
        f"feedback.{one}"
        for one in ("coordinated", "forwarded", "rejected", "reopened")
    ]
    accounts = {getattr(people, who) for who in EVERYBODY}
    for one in public:
        said = str(one.as_dict())
        assert not [name for name in accounts if name in said]
        assert "Xin số liệu" not in said
        assert "Việc của Sở" not in said


def test_who_wrote_an_answer_never_decides_on_it(people: People, code: str) -> None:
    """Also with authorization set aside, and for an earlier version of it."""
    people.do("officer", "answer_submit", code, text="Một")
    people.do("officer", "answer_submit", code, text="Hai")
    context: Any = {"user": people.officer, "ignore_auth": True}
    with pytest.raises(tk.NotAuthorized, match="four eyes"):
        tk.get_action("sonla_feedback_answer_approve")(context, {"code": code})
    states = model.Session.scalars(sa.select(Answer.state).order_by(Answer.submitted))
    assert list(states) == ["replaced", "submitted"]
    assert read(code).closed is None


def test_the_leader_decides_on_what_she_has_read(people: People, code: str) -> None:
    people.do("officer", "answer_submit", code, text="Một")
    [first] = people.do("leader", "inbox_show", code)["answers"]
    people.do("officer", "answer_submit", code, text="Hai")
    with pytest.raises(tk.ValidationError, match="replaced"):
        people.do("leader", "answer_approve", code, answer=first["id"])
    second = people.do("leader", "inbox_show", code)["answers"][0]
    people.do("leader", "answer_approve", code, answer=second["id"])
    assert read(code).state == "answered"


def test_declining_takes_a_reason_of_the_policy_and_the_leader(
    people: People, code: str
) -> None:
    with pytest.raises(tk.ValidationError, match="denunciation"):
        people.do("officer", "reject", code, reason="Không thích")
    people.do("officer", "reject", code, reason="complaint")
    assert people.do("leader", "answer_approve", code)["state"] == "rejected"
    [answer] = people.do("officer", "inbox_show", code)["answers"]
    assert "Luật Khiếu nại" in answer["text"]
    assert "Ban Tiếp công dân" in answer["text"]


def test_another_agency_contributes_and_forwarding_moves_no_date(
    people: People, code: str
) -> None:
    before = read(code)
    clock_before = (before.received, before.due, before.due_at)
    people.do("officer", "coordinate", code, agency="so-noi-vu", text="Xin số liệu")
    assert read(code).state == "coordinating"
    with pytest.raises(tk.ValidationError, match="has been asked"):
        people.do("officer", "coordinate", code, agency="so-noi-vu", text="Lần nữa")
    for wrong in ("so-y-te", "khong-co"):
        with pytest.raises(tk.ValidationError, match="agency"):
            people.do("officer", "coordinate", code, agency=wrong, text="Hỏi")
    people.do("other_officer", "contribute", code, text="Ba xã A, B, C")
    assert read(code).state == "in_progress"
    with pytest.raises(tk.ValidationError, match="has answered"):
        people.do("other_officer", "contribute", code, text="Thêm")
    people.do("officer", "answer_submit", code, text="Đã bổ sung.")
    people.do("operator", "forward", code, agency="so-noi-vu")
    row = read(code)
    assert (row.state, row.handler_id) == ("received", people.home["id"])
    assert (row.received, row.due, row.due_at) == clock_before
    assert [one.state for one in model.Session.query(Answer)] == ["replaced"]
    with pytest.raises(tk.NotAuthorized):
        people.do("leader", "answer_approve", code)
    with pytest.raises(tk.NotAuthorized):
        people.do("officer", "answer_submit", code, text="Của chúng tôi")


def test_the_office_answers_in_the_same_two_hands(people: People) -> None:
    code = make.received(people.office["id"], kind="regulation_proposal").code
    people.do("operator", "assign", code)
    people.do("operator", "answer_submit", code, text="Xin ghi nhận.")
    with pytest.raises(tk.NotAuthorized):
        people.do("operator", "answer_approve", code)
    told_ = people.do("office_leader", "answer_approve", code)
    assert told_["state"] == "answered"


def test_reopened_once_within_the_days_of_the_policy(people: People) -> None:
    secret = codes.new_secret()
    with at("2026-11-02 09:00"):
        sent = make.received(people.health["id"], secret_hash=codes.hash_of(secret))
        code = sent.code
        with pytest.raises(tk.ValidationError, match="cannot be done now"):
            people.do(None, "reopen", code, secret=secret)
        answered(people, code)
        for wrong in ("sai", secret[:-1]):
            with pytest.raises(tk.ObjectNotFound):
                people.do(None, "reopen", code, secret=wrong)
        with pytest.raises(tk.NotAuthorized):
            people.do(None, "reopen", code, secret="")
    with at("2026-11-20 09:00"):
        told_ = people.do(None, "reopen", code, secret=secret, text="Vẫn thiếu xã C")
        assert (told_["state"], told_["round"], told_["due"]) == (
            "received", 2, "2026-11-30"
        )  # fmt: skip
        assert "persons" not in told_
        answered(people, code)
        with pytest.raises(tk.ValidationError, match="reopened once"):
            people.do(None, "reopen", code, secret=secret)
    [past] = model.Session.query(PastRound).all()
    assert (past.round, past.outcome, past.reopened_for) == (
        1, "answered", "Vẫn thiếu xã C"
    )  # fmt: skip
    assert past.reopened_by is None


def test_not_reopened_after_the_days_of_the_policy(people: People) -> None:
    with at("2026-09-01 09:00"):
        code = make.received(people.health["id"]).code
        answered(people, code)
    with (
        at("2026-10-02 09:00"),
        pytest.raises(tk.ValidationError, match="within 30 days"),
    ):
        people.do("officer", "reopen", code)


def test_what_the_sender_keeps_or_moderation_holds_does_not_become_public(
    people: People,
) -> None:
    kept = make.received(people.health["id"], publish_text=False).code
    held = make.received(people.health["id"], moderation="held").code
    late = make.received(
        people.health["id"], clock.now() - timedelta(days=30), text="Gọi 0912 345 678"
    ).code
    for code in (kept, held, late):
        told_ = answered(people, code)
        assert told_["late"] == (code == late)
    assert read(kept).public_text is None
    assert read(held).public_text is None
    people.do("operator", "moderate", held, decision="accept")
    assert read(held).public_text is not None
    assert "0912" not in (read(late).public_text or "0912")


def test_notes_and_senders_stay_with_those_who_handle(people: People) -> None:
    sent = make.received(people.health["id"], name="Nguyễn Văn A", email="a@vi.vn")
    people.do("officer", "coordinate", sent.code, agency="so-noi-vu", text="Xin")
    people.do("operator", "note", sent.code, text="Đã gọi điện")
    for who in ("officer", "leader", "auditor"):
        shown = people.do(who, "inbox_show", sent.code)
        assert shown["sender"]["email"] == "a@vi.vn"
        assert shown["notes"][0]["text"] == "Đã gọi điện"
    for who in ("other_officer", "operator", "sysadmin"):
        assert people.do(who, "inbox_show", sent.code)["sender"] is None


def test_a_page_offers_the_steps_that_can_be_taken(people: People, code: str) -> None:
    def offered(who: str) -> list[str]:
        return people.do(who, "inbox_show", code)["may"]

    assert offered("officer") == [
        "assign", "coordinate", "forward", "answer_submit", "reject", "note"
    ]  # fmt: skip
    assert offered("operator") == ["forward", "note"]
    assert offered("leader") == ["assign", "note"]
    people.do("officer", "answer_submit", code, text="Xong")
    assert offered("leader") == ["assign", "answer_approve", "answer_return", "note"]
    people.do("officer", "coordinate", code, agency="so-noi-vu", text="Xin")
    assert offered("other_officer") == ["note", "contribute"]
    people.do("leader", "answer_approve", code)
    assert offered("officer") == ["reopen", "note"]
