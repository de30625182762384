"""Somebody at the portal, and what she notices of its pages."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import TimeoutError as NotInTime

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from .conftest import Site

# `make screenshots` says where to keep the pictures; without it they are thrown away.
SCREENSHOTS = os.environ.get("SCREENSHOTS")
AXE = Axe()
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
PASSWORD = "MotMatKhauDeThu-1"


class Visitor:
    """Somebody at the portal, in a browser of her own."""

    def __init__(self, browser: Browser, site: Site, **context: Any) -> None:
        self.site = site
        self.context = browser.new_context(
            base_url=site.address, locale="vi-VN", **context
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(30_000)

    def log_in(self, name: str) -> Visitor:
        """Log in with the test accounts' password."""
        self.page.goto("/user/login")
        self.page.fill("#field-login", name)
        self.page.fill("#field-password", PASSWORD)
        self.page.click("form:has(#field-login) button[type=submit]")
        return self

    def keep(self, name: str) -> None:
        """Keep a screenshot of the page at both widths, the visitor's own last."""
        if not SCREENSHOTS:
            return
        folder = Path(SCREENSHOTS)
        folder.mkdir(parents=True, exist_ok=True)
        own = self.page.viewport_size or DESKTOP
        for size in sorted((PHONE, DESKTOP), key=lambda s: s["width"] == own["width"]):
            self.page.set_viewport_size(size)  # type: ignore[reportArgumentType] - two numbers
            self.page.screenshot(
                path=folder / f"{name}-{size['width']}.png", full_page=True
            )
        self.page.set_viewport_size(own)  # type: ignore[reportArgumentType] - two numbers

    def barriers(self) -> list[str]:
        """Return what keeps people with disabilities out (axe-core, WCAG 2.2 AA).

        Only serious and critical findings; each as rule, element, and what is wrong.
        """
        found = AXE.run(
            self.page,
            options={
                "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
                "resultTypes": ["violations"],
            },
        )
        return [
            f"{violation['id']}: {node['target'][0]}: {node['failureSummary']}"
            for violation in found.response["violations"]
            if violation["impact"] in ("serious", "critical")
            for node in violation["nodes"]
        ]

    def violations(self) -> list[str]:
        """Return all that axe-core finds, of whatever rule and weight."""
        found = AXE.run(self.page, options={"resultTypes": ["violations"]})
        return [
            f"{one['id']} ({one['impact']}): {node['target'][0]}: {node['html'][:200]}"
            for one in found.response["violations"]
            for node in one["nodes"]
        ]

    def check(self, name: str) -> None:
        """Check that a page keeps nobody out and fits a phone and a desk; keep it."""
        found = self.violations()
        assert found == [], "\n".join([name, *found])
        own = self.page.viewport_size or DESKTOP
        for size in (PHONE, DESKTOP):
            self.page.set_viewport_size(size)  # type: ignore[reportArgumentType] - two numbers
            assert self.fits(), f"{name} at {size['width']}"
        self.page.set_viewport_size(own)  # type: ignore[reportArgumentType] - two numbers
        self.keep(name)

    def fits(self) -> bool:
        """Tell whether nothing pushes the page wider than the screen, once it rests."""
        fits = "document.documentElement.scrollWidth <= window.innerWidth"
        with suppress(NotInTime):
            self.page.wait_for_function(fits, timeout=5000)
        return bool(self.page.evaluate(fits))
