"""Time in a browser: why a date is that date, what is owed, by when (article 8.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .visitor import Visitor


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
