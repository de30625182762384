"""An office, and who stands in for its leader."""

from __future__ import annotations

import pytest

from ckan.tests import factories
from tests.factories import approval as make


@pytest.fixture
def office():
    return make.office(title="Xã Chiềng Mai")


@pytest.fixture
def delegate() -> str:
    return factories.User()["name"]
