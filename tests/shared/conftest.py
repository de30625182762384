"""Fixtures of the shared services' tests."""

from __future__ import annotations

import pytest

from tests.factories import agencies


@pytest.fixture
def agency_staff() -> dict[str, str]:
    """Accounts of the operating office and of one agency, by role."""
    return agencies.staff()
