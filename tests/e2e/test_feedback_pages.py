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


def test_public_pages_have_no_barrier_and_fit_a_phone(stranger: Visitor, site: Site):
    answered, late = site.feedback
    pages = {
        "60-feedback": "/feedback",
        "61-feedback-answered": f"/feedback/{answered}",
        "62-feedback-late": f"/feedback/{late}",
        "63-feedback-figures": "/feedback/statistics",
        "64-entry-with-feedback": f"/catalogue/{site.entry}",
        "65-nothing-found": "/dataset/?q=khongcogi",
    }
    for name, address in pages.items():
        stranger.page.goto(f"/vi{address}")
        stranger.keep(name)
        assert stranger.barriers() == [], name
        for size in (PHONE, DESKTOP):
            stranger.page.set_viewport_size(size)  # type: ignore[reportArgumentType] - two numbers
            assert stranger.fits(), f"{name} at {size['width']}"


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
