"""Time in a browser: why a date is that date, what is owed, by when (article 8.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .visitor import DESKTOP, PHONE, Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from .conftest import Site


@pytest.fixture(scope="module")
def operator(chromium: Browser, site: Site) -> Iterator[Visitor]:
    """The operator at his desk."""
    visitor = Visitor(chromium, site, viewport=DESKTOP)
    yield visitor.log_in(site.operator)
    visitor.context.close()


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("30-deadline", "/deadline?kind=quarterly_update&year=2027&quarter=1"),
        ("31-deadline-ask", "/deadline?kind=feedback"),
        ("32-days-off", "/calendar?year=2026"),
    ],
)
def test_a_stranger_on_a_phone_reads_why_and_when(
    stranger: Visitor, name: str, address: str
):
    stranger.page.goto(address)
    assert stranger.fits()
    assert stranger.barriers() == []
    assert stranger.context.cookies() == []
    stranger.keep(name)


def test_a_domain_and_an_entry_show_everybody_how_they_deliver(
    stranger: Visitor, site: Site
):
    for name, address in (
        ("33-domain-delivery", f"/group/{site.domain}"),
        ("34-entry-delivery", f"/catalogue/{site.entry}"),
    ):
        stranger.page.goto(address)
        assert stranger.page.locator(".delivery .bars svg").count() == 6
        assert stranger.fits()
        assert stranger.barriers() == []
        stranger.keep(name)


def test_the_officer_sees_what_is_owed_and_takes_a_calendar_along(officer: Visitor):
    page = officer.page
    page.goto("/obligations")
    assert page.locator("#missing .owed__line").count() > 1
    assert page.locator("#due .owed__line").count() == 1
    assert officer.fits()
    assert officer.barriers() == []
    officer.keep("35-owed")
    page.click("text=Lịch thời hạn >> nth=0")
    page.click("text=Tạo địa chỉ của tôi")
    address = page.input_value("#feed-address")
    told = officer.context.request.get(address).text()
    assert told.startswith("BEGIN:VCALENDAR")
    assert officer.fits()
    assert officer.barriers() == []
    officer.keep("36-calendar")


def test_who_has_published_nothing_is_told_that_nothing_can_have_changed(
    officer: Visitor,
):
    page = officer.page
    page.goto("/obligations")
    page.click("text=Báo dữ liệu có thay đổi")
    page.wait_for_selector("p.panel")
    assert officer.fits()
    assert officer.barriers() == []
    officer.keep("42-declare")


def test_the_operator_reads_the_matrix_and_reminds(operator: Visitor):
    page = operator.page
    page.goto("/obligations/matrix")
    assert page.locator(".matrix tbody tr").count() == 6
    assert operator.fits()
    page.set_viewport_size(PHONE)  # type: ignore[reportArgumentType] - two numbers
    assert operator.fits()
    assert operator.barriers() == []
    page.set_viewport_size(DESKTOP)  # type: ignore[reportArgumentType] - two numbers
    operator.keep("37-matrix")
    page.click(".cell .owed-state--missing >> nth=0")
    assert page.locator("input[name=obligation]").count() > 0
    assert operator.fits()
    operator.keep("38-list")
    page.check("input[name=obligation] >> nth=0")
    page.click("text=Nhắc các dòng đã đánh dấu")
    page.wait_for_selector(".alert")
    page.click(".owed__do a >> nth=0")
    operator.keep("39-excuse")
    page.goto("/calendar?year=2027")
    operator.keep("40-days-off-operator")
    page.goto("/console#deadlines")
    operator.keep("41-console")
