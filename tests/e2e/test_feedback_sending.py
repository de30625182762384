"""Sending feedback in a browser: with the proof of work, and without a script."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

import pytest
import requests

from .visitor import PHONE, Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from .conftest import Site

SUBJECT = "Danh sách trường thiếu ba điểm trường lẻ"
TEXT = "Bảng không có ba điểm trường lẻ của xã. Xin bổ sung."
# A cheap phone, as Chromium's own tools reckon: so many times slower than this machine.
THROTTLED = 6


@pytest.fixture(scope="module")
def without_script(chromium: Browser, site: Site) -> Iterator[Visitor]:
    """Somebody on a phone whose browser runs no script."""
    visitor = Visitor(chromium, site, viewport=PHONE, java_script_enabled=False)
    yield visitor
    visitor.context.close()


def fill(visitor: Visitor, subject: str) -> None:
    page = visitor.page
    page.check("input[name=kind][value=quality]")
    page.fill("#field-subject", subject)
    page.fill("#field-text", TEXT)


def test_a_stranger_on_a_slow_phone_sends_and_gets_a_due_date(
    stranger: Visitor, site: Site
):
    page = stranger.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    # Nothing open is about it: somebody who is shown something similar sends again.
    page.goto(f"/feedback/new?entry={site.entries[0]}")
    assert stranger.fits()
    assert stranger.violations() == []
    stranger.keep("60-feedback-form")
    slow = stranger.context.new_cdp_session(page)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLED})
    fill(stranger, SUBJECT)
    started = time.monotonic()
    page.click("#feedback-form button[type=submit]")
    page.wait_for_url("**/feedback/track/PH-*/**", timeout=90_000)
    slow_seconds = time.monotonic() - started
    logging.getLogger(__name__).warning("solved and sent in %.1f s", slow_seconds)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    assert "Hạn trả lời" in page.inner_text(".alert-success")
    assert stranger.fits()
    assert stranger.violations() == []
    assert stranger.context.cookies() == []
    assert {url for url in asked if not url.startswith(site.address)} == set()
    stranger.keep("61-feedback-receipt")
    page.goto("/feedback/track")
    assert stranger.violations() == []
    assert stranger.fits()
    stranger.keep("62-feedback-track")


def test_without_a_script_an_address_is_asked_and_nothing_typed_is_lost(
    without_script: Visitor, site: Site
):
    page = without_script.page
    page.goto("/feedback/new")
    fill(without_script, "Giờ mở cửa của thư viện")
    page.click("#feedback-form button[type=submit]")
    assert "thư điện tử" in page.inner_text(".error-summary")
    assert page.input_value("#field-text") == TEXT
    assert without_script.fits()
    without_script.keep("63-feedback-errors")
    page.fill("#field-email", "nguoi.gui@thu.example")
    page.click("#feedback-form button[type=submit]")
    assert "xác nhận" in page.inner_text(".alert-warning")
    assert without_script.context.cookies() == []
    without_script.keep("64-feedback-unconfirmed")


def test_somebody_else_supports_instead_of_sending_it_again(
    stranger: Visitor, without_script: Visitor, site: Site
):
    page = without_script.page
    page.goto(f"/feedback/new?entry={site.entries[0]}")
    fill(without_script, "Thiếu điểm trường lẻ trong danh sách")
    page.click("#feedback-form button[type=submit]")
    assert page.input_value("#field-text") == TEXT
    assert page.locator(".similar-list li").count() >= 1
    without_script.keep("65-feedback-similar")
    address = page.get_attribute(".similar-list a", "href") or ""
    page = stranger.page
    page.goto(address)
    assert stranger.fits()
    assert stranger.violations() == []
    stranger.keep("66-feedback-support")
    page.click("form:has(#field-email) button[type=submit]")
    page.wait_for_selector("text=lượt ủng hộ đã được tính", timeout=60_000)
    assert stranger.violations() == []


def test_the_operator_looks_at_what_is_held(chromium: Browser, site: Site):
    page = requests.get(f"{site.address}/feedback/new", timeout=30).text
    token = page.split('name="form_token" value="')[1].split('"')[0]
    sent = requests.post(
        f"{site.address}/feedback/new",
        data={
            "form_token": token,
            "seen": "yes",
            "kind": "other",
            "subject": "Xem trang này",
            "text": "http://quang-cao.example",
            "email": "ai.do@thu.example",
        },
        timeout=30,
    )
    assert sent.status_code == 200
    operator = Visitor(chromium, site, viewport=PHONE)
    operator.log_in(site.operator)
    operator.page.goto("/feedback/moderation")
    assert operator.fits()
    assert operator.violations() == []
    operator.keep("67-feedback-moderation")
    operator.context.close()
