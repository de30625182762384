"""Fixtures of the tests about agencies."""

from __future__ import annotations

import pytest

from tests.factories import agencies


@pytest.fixture
def staff() -> dict[str, str]:
    """Accounts of the operating office and of one agency, by role."""
    return agencies.staff()
