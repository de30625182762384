"""The public pages of feedback: on a phone, read aloud, without a script."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .visitor import DESKTOP, PHONE, Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from .conftest import Site


@pytest.fixture(scope="module")
def without_script(chromium: Browser, site: Site) -> Iterator[Visitor]:
    """A stranger whose browser runs no script."""
    visitor = Visitor(chromium, site, viewport=PHONE, java_script_enabled=False)
    yield visitor
    visitor.context.close()


@pytest.fixture(scope="module")
def operator(chromium: Browser, site: Site) -> Iterator[Visitor]:
    """The operator at her desk."""
    visitor = Visitor(chromium, site, viewport=DESKTOP)
    yield visitor.log_in(site.operator)
    visitor.context.close()


def test_no_page_of_feedback_keeps_anybody_out(
    stranger: Visitor, operator: Visitor, site: Site
):
    answered, late = site.feedback
    page = stranger.page
    for name, address in {
        "83-list": "/feedback",
        "84-list-wrong-filter": "/feedback?year=x",
        "85-answered": f"/feedback/{answered}",
        "86-late": f"/feedback/{late}",
        "87-statistics": "/feedback/statistics",
        "88-similar": f"/feedback/new?entry={site.entry}",
        "89-track": f"/feedback/track?code={late}",
        "90-outline": f"/feedback/track/{late}",
        "91-support": f"/feedback/support/{late}",
        "92-missing": "/feedback/PH-2222-2222-2222",
        "93-not-hers": "/feedback/inbox",
        "94-search-without-result": "/dataset/?q=khongcogi",
        "94-entry-with-feedback": f"/catalogue/{site.entry}",
    }.items():
        page.goto(f"/vi{address}")
        stranger.check(name)
    page.goto("/vi/feedback/new")
    page.check("input[name=kind][value=quality]")
    page.fill("#field-subject", "Thư không tới được")
    page.fill("#field-text", "Địa chỉ này không có thật.")
    page.fill("#field-email", "a@b")
    page.click("#feedback-form button[type=submit]")
    page.wait_for_selector(".error-summary", timeout=60_000)
    stranger.check("95-errors")
    page = operator.page
    for name, address in {
        "96-inbox-of-all": "/feedback/inbox",
        "97-moderation": "/feedback/moderation",
        "98-statistics-inside": "/feedback/statistics",
        "99-handle-operator": f"/feedback/{late}/handle",
    }.items():
        page.goto(f"/vi{address}")
        operator.check(name)


def test_the_work_of_insiders_takes_one_row_on_a_phone(
    officer: Visitor, leader: Visitor, operator: Visitor
):
    for visitor in (officer, leader, operator):
        page, own = visitor.page, visitor.page.viewport_size or DESKTOP
        page.set_viewport_size(PHONE)  # type: ignore[reportArgumentType] - two numbers
        page.goto("/vi/feedback")
        row = page.locator(".portal-account").bounding_box()
        languages = page.locator(".portal-language").bounding_box()
        assert row is not None
        assert languages is not None
        assert row["height"] < 50
        assert row["y"] < languages["y"] + languages["height"] < row["y"] + 60
        assert visitor.fits()
        page.locator(".portal-account button").focus()
        button = page.locator(".portal-account button").bounding_box()
        assert button is not None
        assert 0 < button["x"] < PHONE["width"], "a swipe or a key brings the rest"
        page.set_viewport_size(own)  # type: ignore[reportArgumentType] - two numbers


def test_filters_and_the_way_to_why_need_no_script(without_script: Visitor, site: Site):
    page, late = without_script.page, site.feedback[1]
    page.goto("/vi/feedback")
    page.select_option("#feedback-state", "open")
    page.click("form[role=search].row-filters button")
    page.click(f"a[href$='{late}']")
    assert "quá hạn" in page.inner_text("dl.pairs")
    page.click("dl.pairs .why a, dl.pairs a.why")
    assert "/deadline" in page.url
    assert without_script.context.cookies() == []
