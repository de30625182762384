"""One small portal for all tests of a module: pages are only read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import ckan.plugins as p
from ckan import model
from ckan.common import config
from ckan.tests import helpers
from tests import plugins
from tests.factories import portal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.factories.portal import Town


@pytest.fixture(scope="module")
def site(reset_db: Any) -> Iterator[Any]:
    """The portal's web application over empty databases."""
    before = config.copy()
    plugins.forget()
    p.load_all()
    reset_db()
    app = helpers._get_test_app()
    try:
        yield app
    finally:
        model.Session.remove()
        p.unload_all()
        config.clear()
        config.update(before)


@pytest.fixture(scope="module")
def town(site: Any) -> Town:
    """An agency with a published dataset and a draft."""
    return portal.town()
