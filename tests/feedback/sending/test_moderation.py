"""What an operator looks at first, and decides on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests.helpers import call_action
from ckanext.sonla.feedback.model import Feedback
from ckanext.sonla.shared.events import Event
from tests.factories import feedback
from tests.factories import sending as make
from tests.factories.sending import kept

if TYPE_CHECKING:
    from tests.factories.approval import Office

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "center")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Xem tại http://re.example/x", ["links"]),
        ("Mua tại giare.shop ngay", ["links"]),
        ("Làm việc như con cặc", ["words"]),
        ("Cán bộ dit me", ["words"]),
        ("Các số liệu của các xã đều thiếu", []),
        ("Đường xã lộn xộn, buổi sáng không có điện", []),
    ],
)
def test_links_and_bad_words_wait_for_an_operator_while_the_clock_runs(
    text: str, why: list[str]
):
    told = make.send(text=text)
    found = kept(told["code"])
    assert found.held_for == why
    assert found.moderation == ("held" if why else "clear")
    assert told["due"], "being looked at stops no clock"


def test_the_same_again_and_again_is_held_and_none_of_it_is_lost(
    ckan_config: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(ckan_config, "sonla.policy.feedback_alike", 2)
    codes = [make.send(text=f"Cùng một câu{'!' * n}")["code"] for n in range(4)]
    held = [kept(code).moderation for code in codes]
    assert held == ["clear", "clear", "held", "held"]


def test_an_operator_accepts_or_sets_aside(operator: str, app: Any):
    asked = {"user": operator, "ignore_auth": False}
    code = make.send(text="http://re.example")["code"]
    other = make.send(text="http://re.example/2")
    assert call_action("sonla_feedback_held_list", asked)["count"] == 2
    with pytest.raises(tk.ValidationError):
        call_action("sonla_feedback_moderate", asked, code=code, decision="refuse")
    call_action("sonla_feedback_moderate", asked, code=code, decision="accept")
    done = call_action(
        "sonla_feedback_moderate",
        asked,
        code=other["code"],
        decision="refuse",
        reason="Quảng cáo.",
    )
    assert (kept(code).moderation, kept(code).state) == ("clear", "received")
    assert (done["moderation"], done["state"]) == ("refused", "set_aside")
    page = app.get(f"/feedback/track/{other['code']}/{other['secret']}").body
    assert "Quảng cáo." in page, "its sender reads why"
    call_action("sonla_feedback_moderate", asked, code=other["code"], decision="accept")
    assert kept(other["code"]).state == "received", "nothing is lost"


def test_only_operators_moderate(office: Any):
    code = make.send(text="http://re.example")["code"]
    for user in ("", office.officer, office.leader):
        asked = {"user": user, "ignore_auth": False}
        with pytest.raises(tk.NotAuthorized):
            call_action("sonla_feedback_moderate", asked, code=code, decision="accept")
        with pytest.raises(tk.NotAuthorized):
            call_action("sonla_feedback_held_list", asked)


SPAM = {"decision": "refuse", "reason": "Gửi trùng.", "alike": True}


@pytest.fixture
def same(ckan_config: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Codes of what came four times; all but the first are held."""
    monkeypatch.setitem(ckan_config, "sonla.policy.feedback_alike", 1)
    return [make.send()["code"] for _ in range(4)]


def test_what_says_the_same_is_set_aside_at_once(operator: str, same: list[str]):
    other = make.send(text="http://re.example")["code"]
    asked = {"user": operator, "ignore_auth": False}
    done = call_action("sonla_feedback_moderate", dict(asked), code=same[1], **SPAM)
    assert done["many"] == 3
    states = [kept(code).state for code in (*same, other)]
    assert states == ["received", *["set_aside"] * 3, "received"]
    events = sa.select(Event.object_id).where(Event.name == "feedback.set_aside")
    assert set(model.Session.scalars(events)) == set(same[1:]), "each has its event"
    assert call_action("sonla_feedback_held_list", dict(asked))["count"] == 1


def test_what_another_operator_decides_on_now_is_left_to_her(
    operator: str, same: list[str]
):
    asked = {"user": operator, "ignore_auth": False}
    row = sa.select(Feedback.id).where(Feedback.code == same[2])
    with model.ensure_engine().begin() as another:
        another.execute(row.with_for_update())
        done = call_action("sonla_feedback_moderate", asked, code=same[1], **SPAM)
    assert done["many"] == 2
    assert [kept(code).moderation for code in same[1:]] == [
        "refused",
        "held",
        "refused",
    ]


def test_what_was_answered_while_it_was_held_is_left_alone(
    operator: str, office: Office, same: list[str]
):
    asked = {"user": operator, "ignore_auth": False}
    held = kept(same[1])
    answered = feedback.answered(
        office.id, moderation="held", subject=held.subject, text=held.text
    )
    done = call_action("sonla_feedback_moderate", asked, code=same[1], **SPAM)
    assert (done["many"], kept(answered.code).moderation) == (3, "held")
