"""From a question to its second answer: stranger, officer, leader, public (article 9).

Once with a script, once without one; every page of feedback on the way is shown to
axe-core, which may find nothing at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from ckan import model

from . import post
from .visitor import PHONE, Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from .conftest import Site
    from .post import Post

TEXT = "Bảng thiếu ba điểm trường lẻ của xã. Gọi tôi theo số 0912 345 678."
ANSWER = "Sở đã bổ sung ba điểm trường lẻ vào bảng."
AGAIN = "Vẫn thiếu điểm trường ở bản Huổi Một."


@pytest.fixture(scope="module")
def mails(site: Site) -> Iterator[Post]:
    """The mail server of the people in the story."""
    del site
    with post.office() as opened:
        yield opened


@pytest.fixture(scope="module")
def without_script(chromium: Browser, site: Site) -> Iterator[Visitor]:
    """Somebody on a phone whose browser runs no script."""
    visitor = Visitor(chromium, site, viewport=PHONE, java_script_enabled=False)
    yield visitor
    visitor.context.close()


def fill(visitor: Visitor, subject: str, email: str) -> None:
    page = visitor.page
    page.check("input[name=kind][value=quality]")
    page.fill("#field-subject", subject)
    page.fill("#field-text", TEXT)
    page.fill("#field-email", email)


def send(visitor: Visitor) -> str:
    """Press the button of the form; return the address of the receipt."""
    visitor.page.click("#feedback-form button[type=submit]")
    visitor.page.wait_for_url("**/feedback/track/PH-*/**", timeout=60_000)
    return visitor.page.url.removeprefix(visitor.site.address)


def code_in(address: str) -> str:
    return address.split("/track/")[1].split("/", maxsplit=1)[0]


def propose(officer: Visitor, subject: str, text: str) -> None:
    """Let the officer find it in the inbox and propose an answer."""
    page = officer.page
    page.goto("/feedback/inbox")
    page.click(f"h3 a:has-text('{subject}')")
    page.fill("#answer-text", text)
    page.click("form[action$=answer_submit] button[type=submit]")
    page.wait_for_selector(".alert-success")


def approve(leader: Visitor, subject: str) -> None:
    """Let the leader find what waits for her, read it and approve."""
    page = leader.page
    page.goto("/feedback/inbox?only=waiting")
    page.click(f"h3 a:has-text('{subject}')")
    assert page.locator("blockquote").count() == 1
    page.click("form[action$=answer_approve] button[type=submit]")
    page.wait_for_selector(".alert-success")


def twelve_days_ago(code: str) -> None:
    """Let what was sent and answered today have been so twelve days ago."""
    model.Session.execute(
        sa.text(
            "UPDATE sonla_feedback SET received = received - interval '12 days',"
            " due = due - 12, due_at = due_at - interval '12 days',"
            " closed = closed - interval '12 days' WHERE code = :code"
        ),
        {"code": code},
    )
    model.Session.commit()


def due_of(code: str) -> tuple[str, int]:
    """Return the due date as pages write it, and the round."""
    row = model.Session.execute(
        sa.text("SELECT due, round FROM sonla_feedback WHERE code = :code"),
        {"code": code},
    ).one()
    model.Session.rollback()
    return f"{row.due:%d/%m/%Y}", row.round


def reopen(visitor: Visitor, receipt: str) -> None:
    """Let the sender reopen it by her secret link; it is due anew."""
    code = code_in(receipt)
    twelve_days_ago(code)
    before, _ = due_of(code)
    page = visitor.page
    page.goto(receipt)
    assert ANSWER in page.inner_text("main, [role=main]")
    page.fill("#field-text", AGAIN)
    page.click("form[action$=reopen] button[type=submit]")
    page.wait_for_selector(".alert-success")
    after, round_ = due_of(code)
    assert after in page.inner_text(".alert-success")
    assert (round_, after != before) == (2, True)
    assert page.locator("#reopen").count() == 0, "once"


def test_from_a_question_to_its_second_answer(
    stranger: Visitor, officer: Visitor, leader: Visitor, mails: Post
):
    subject, address = "Sĩ số lớp ghép ghi nhầm năm", "hoa@thu.example"
    page = stranger.page
    page.goto(f"/vi/feedback/new?agency={stranger.site.office.name}")
    stranger.check("70-form")
    fill(stranger, subject, address)
    receipt = send(stranger)
    code = code_in(receipt)
    stranger.check("71-receipt")
    # She confirms her address, to be told.
    page.goto(post.link_in(mails.to(address)[-1]))
    stranger.check("72-confirm")
    page.click("main form button[type=submit], [role=main] form button[type=submit]")
    stranger.check("73-confirmed")
    page.goto(f"/vi/feedback/{code}")
    assert subject not in page.content(), "before the answer only what it is about"
    stranger.check("74-waiting")

    propose(officer, subject, ANSWER)
    officer.check("75-handle-officer")
    officer.page.goto("/feedback/inbox")
    officer.check("76-inbox")
    officer.page.goto("/feedback/inbox/saved")
    officer.check("77-saved-answers")
    approve(leader, subject)

    told = mails.to(address)[-1]
    assert code in str(told["Subject"])
    assert ANSWER in post.words_of(told)
    page.goto(post.link_in(told))
    shown = page.inner_text("main, [role=main]")
    assert ANSWER in shown
    assert "[***]" in shown
    assert "0912" not in shown
    stranger.check("78-answered")
    page.goto(receipt)
    stranger.check("79-receipt-answered")
    reopen(stranger, receipt)
    stranger.check("80-receipt-reopened")

    propose(officer, subject, "Đã bổ sung cả bản Huổi Một.")
    officer.check("81-handle-second-round")
    approve(leader, subject)
    page.goto(f"/vi/feedback/{code}")
    shown = page.inner_text("main, [role=main]")
    assert ANSWER in shown
    assert "Huổi Một" in shown
    assert AGAIN not in shown, "what the sender says when reopening is no public text"
    assert stranger.context.cookies() == []


def test_the_same_without_a_script(
    without_script: Visitor,
    stranger: Visitor,
    officer: Visitor,
    leader: Visitor,
    mails: Post,
):
    subject, address = "Cột tọa độ bị đảo ngược", "mai@thu.example"
    page = without_script.page
    page.goto(f"/vi/feedback/new?entry={without_script.site.entry}")
    fill(without_script, subject, address)
    page.click("#feedback-form button[type=submit]")
    # Something like it is open already; she has something else to say.
    assert page.locator(".similar-list li").count() >= 1
    receipt = send(without_script)
    code = code_in(receipt)
    assert "xác nhận" in page.inner_text(".alert-warning")
    stranger.page.goto(receipt)
    stranger.check("82-unconfirmed")
    page.goto(f"/vi/feedback/{code}")
    assert "404" in page.title() or page.locator("text=Không").count()
    # The days begin when she confirms her address.
    page.goto(post.link_in(mails.to(address)[-1]))
    page.click("main form button[type=submit], [role=main] form button[type=submit]")
    page.goto(receipt)
    due, _ = due_of(code)
    assert due in page.inner_text(".alert-success")
    propose(officer, subject, ANSWER)
    approve(leader, subject)
    page.goto(post.link_in(mails.to(address)[-1]))
    assert ANSWER in page.inner_text("main, [role=main]")
    reopen(without_script, receipt)
    assert without_script.context.cookies() == []
