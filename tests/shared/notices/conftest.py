"""Somebody to tell."""

from __future__ import annotations

from typing import Any

import pytest

from ckan.tests import factories


@pytest.fixture
def person() -> dict[str, Any]:
    """An account."""
    return factories.User(email="canbo@sonla.gov.vn")
