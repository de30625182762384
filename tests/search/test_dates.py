"""Solr's dates and their arithmetic."""

from __future__ import annotations

from datetime import datetime

import pytest

from ckanext.sonla.search import dates
from ckanext.sonla.search.errors import SolrError

NOW = datetime(2026, 3, 31, 10, 20, 30, 500000)  # noqa: DTZ001 - Solr's are in UTC


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("NOW", "2026-03-31T10:20:30.5Z"),
        ("NOW/DAY", "2026-03-31T00:00:00Z"),
        ("NOW-1DAY", "2026-03-30T10:20:30.5Z"),
        ("NOW/MONTH-1MONTH", "2026-02-01T00:00:00Z"),
        ("NOW-1MONTH", "2026-02-28T10:20:30.5Z"),
        ("NOW+2YEARS/YEAR", "2028-01-01T00:00:00Z"),
        ("2026-01-01T00:00:00Z+6HOURS", "2026-01-01T06:00:00Z"),
        ("2026-01-01T00:00:00.123Z", "2026-01-01T00:00:00.123Z"),
    ],
)
def test_arithmetic_moves_and_rounds(text: str, answer: str):
    assert dates.iso(dates.moment(text, NOW)) == answer


@pytest.mark.parametrize(
    "text", ["yesterday", "NOW-1AGE", "NOW+", "2026-13-01T00:00:00Z", "NOW-9999YEARS"]
)
def test_what_is_no_date_is_refused(text: str):
    with pytest.raises(SolrError):
        dates.moment(text, NOW)
