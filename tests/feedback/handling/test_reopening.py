"""The sender reopens by her secret: once, within the policy's days (article 9.2)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.feedback import codes
from ckanext.sonla.feedback.model import PastRound
from ckanext.sonla.feedback.sending import short_memory
from ckanext.sonla.shared import calendar
from ckanext.sonla.shared.deadline import deadline
from tests.factories import feedback as make
from tests.factories import sending
from tests.factories.obligations import at

from .test_steps import answered, read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .conftest import People

SECRET = codes.new_secret()
WHY = "Vẫn thiếu bản Huổi Một"
REOPEN = "/api/3/action/sonla_feedback_reopen"


@pytest.fixture
def code(people: People) -> str:
    """The code of feedback that was answered twelve days ago."""
    with at("2026-11-02 09:00"):
        code = make.received(
            people.health["id"], secret_hash=codes.hash_of(SECRET)
        ).code
        answered(people, code)
    return code


@pytest.fixture(autouse=True)
def nobody_has_asked(with_plugins: None) -> Iterator[None]:
    """What other tests asked from this address counts for nothing here."""
    redis = short_memory._redis()
    redis.flushdb()
    yield
    redis.flushdb()


def page_of(app: Any, code: str, secret: str = SECRET) -> tuple[str, str]:
    """Return the sender's page and the token of its forms."""
    page = app.get(f"/vi/feedback/track/{code}/{secret}").body
    return page, sending.token_in(page)


def test_by_her_page_ten_new_days_begin(people: People, code: str, app: Any):
    with at("2026-11-14 09:00"):
        page, token = page_of(app, code)
        assert "02/12/2026" in page, "until when it can be reopened"
        address = f"/vi/feedback/track/{code}/{SECRET}"
        app.post(f"{address}/reopen", data={"form_token": token, "text": WHY})
        page, _ = page_of(app, code)
        due = deadline(date(2026, 11, 14), 10, calendar.load()).due
        assert f"{due:%d/%m/%Y}" in page
        assert WHY in page, "she finds what she wrote"
        assert 'id="reopen"' not in page, "once"
    row = read(code)
    assert (row.state, row.round, row.due, row.closed) == ("received", 2, due, None)
    [past] = model.Session.query(PastRound).all()
    assert (past.reopened_by, past.reopened_for) == (None, WHY)
    shown = people.do("officer", "inbox_show", code)
    assert shown["rounds"][0]["reopened_for"] == WHY
    public = people.do(None, "show", code)
    assert WHY not in str(public)
    assert [one["name"] for one in public["timeline"]][-1] == "feedback.reopened"


def test_by_the_api_with_code_secret_and_text(code: str, app: Any):
    with at("2026-11-14 09:00"):
        told = app.post(
            REOPEN, json={"code": code.lower(), "secret": SECRET, "text": WHY}
        ).json["result"]
    assert (told["state"], told["round"], told["due"]) == ("received", 2, "2026-11-25")


@pytest.mark.parametrize(
    ("moment", "given", "status", "why"),
    [
        ("2026-11-14", {"secret": "x" * 32}, 404, "or the secret"),
        ("2026-11-14", {"secret": SECRET[:-1]}, 404, "or the secret"),
        ("2026-11-14", {"code": "PH-2222-2222-2222"}, 404, "or the secret"),
        ("2026-11-14", {"secret": ""}, 403, "by its secret"),
        ("2026-11-14", {"code": "PH-2222-2222-2222", "secret": ""}, 403, "by its"),
        ("2026-11-14", {"secret": ["x"]}, 409, "secret"),
        ("2026-11-14", {"text": " "}, 409, "Say what is missing"),
        ("2026-11-14", {"text": "x" * 100_000}, 409, "text"),
        ("2026-12-03", {}, 409, "within 30 days"),
    ],
)
def test_refused_with_a_reason_and_nothing_changes(  # noqa: PLR0917 - cases
    code: str, app: Any, moment: str, given: dict[str, Any], status: int, why: str
):
    asked = {"code": code, "secret": SECRET, "text": WHY, **given}
    with at(f"{moment} 09:00"):
        answer = app.post(f"/en{REOPEN}", json=asked, status=status)
    assert why in str(answer.json["error"])
    row = read(code)
    assert (row.state, row.round) == ("answered", 1)


def test_the_page_keeps_what_was_typed_when_it_refuses(code: str, app: Any):
    address = f"/vi/feedback/track/{code}/{SECRET}/reopen"
    with at("2026-12-02 08:59"):
        _, token = page_of(app, code)
        old = app.post(address, data={"form_token": "x", "text": WHY}, status=400)
        assert WHY in old.body
    with at("2026-12-02 09:01"):
        page, _ = page_of(app, code)
        assert 'id="reopen"' not in page, "the days are over"
        late = app.post(address, data={"form_token": token, "text": WHY}, status=409)
        assert "30 ngày" in late.body
    assert read(code).round == 1


def test_the_second_answer_is_the_last_word(people: People, code: str):
    with at("2026-11-14 09:00"):
        people.do(None, "reopen", code, secret=SECRET, text=WHY)
        with pytest.raises(tk.ValidationError, match="cannot be done now"):
            people.do(None, "reopen", code, secret=SECRET, text=WHY)
        answered(people, code)
        with pytest.raises(tk.ValidationError, match="reopened once"):
            people.do(None, "reopen", code, secret=SECRET, text=WHY)
    assert read(code).round == 2


def test_why_she_reopened_goes_with_all_that_she_wrote(people: People, code: str):
    with at("2026-11-14 09:00"):
        people.do(None, "reopen", code, secret=SECRET, text=WHY)
        told = people.do(None, "track", code, secret=SECRET)
        assert told["reopened_for"] == WHY, "it is hers to have"
        people.do(None, "erase", code, secret=SECRET, what="all")
    [past] = model.Session.query(PastRound).all()
    assert past.reopened_for == "(erased)"


def test_who_guesses_secrets_is_told_to_wait(
    code: str, app: Any, ckan_config: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(ckan_config, "sonla.policy.feedback_limit_look", "3/hour")
    asked = {"code": code, "secret": "x" * 32, "text": WHY}
    for _ in range(3):
        app.post(REOPEN, json=asked, status=404)
    assert "Retry-After" in app.post(REOPEN, json=asked, status=429).headers
    assert read(code).state == "answered"
