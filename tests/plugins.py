"""CKAN's `with_plugins` and `app`, kept from one test to the next.

CKAN's own fixtures load and unload every plugin around every test and make a new
application for each, which takes far longer than most tests. Here they stay as long as
nobody asks for other ones: a test that changes the configuration by a mark, or brings
a plugin, gets CKAN's fixtures, and one that wants no plugins finds none.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

import ckan.plugins as p
from ckan import model
from ckan.common import config
from ckan.lib import app_globals
from ckan.tests import helpers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ckan.common import CKANConfig

OTHER_PLUGINS = ("ckan_config", "provide_plugin", "with_plugins")
Changes = dict[str, tuple[Any, Any]]


class _Kept:
    """What stays from test to test, and what making it did to the configuration."""

    plugins: Changes | None = None
    app: Any = None


def forget() -> None:
    """Say that somebody else loads the plugins from here on."""
    _Kept.plugins = _Kept.app = None


@contextmanager
def for_a_moment() -> Iterator[None]:
    """Have the plugins loaded in this process, and the configuration back afterwards.

    For what a live portal needs before anybody can call it: people and a catalogue.
    """
    before = config.copy()
    forget()
    p.load_all()
    try:
        yield
    finally:
        model.Session.remove()
        p.unload_all()
        config.clear()
        config.update(before)


def _unload() -> None:
    if _Kept.plugins is not None:
        p.unload_all()
    forget()


@contextmanager
def _noted(config: CKANConfig) -> Iterator[Changes]:
    """Note what changes in the configuration: option → (before, after)."""
    before = dict(config)
    changes: Changes = {}
    yield changes
    changes |= {
        option: (before.get(option), value)
        for option, value in config.items()
        if option not in before or before[option] != value
    }


def _again(config: CKANConfig, changes: Changes) -> None:
    """Put back what CKAN's fixture of the configuration took away after a test."""
    for option, (before, after) in changes.items():
        if config.get(option) == before:
            config[option] = after


@pytest.fixture(autouse=True)
def settled_plugins(request: pytest.FixtureRequest) -> None:
    """Unload what is kept before a test that asks for no plugins, or for others."""
    if not _asks_for_kept(request):
        _unload()


@pytest.fixture
def with_plugins(
    request: pytest.FixtureRequest, settled_plugins: None, ckan_config: CKANConfig
) -> Iterator[None]:
    """Have the plugins of the test's configuration loaded."""
    del settled_plugins
    if not _asks_for_kept(request):
        request.getfixturevalue("with_plugins")
    elif _Kept.plugins is not None:
        _again(ckan_config, _Kept.plugins)
    else:
        # Making the application loads the plugins; a second time would be for nothing.
        with _noted(ckan_config) as _Kept.plugins:
            _Kept.app = request.getfixturevalue("make_app")().app
    yield


@pytest.fixture
def app(request: pytest.FixtureRequest, ckan_config: CKANConfig) -> Any:
    """Return a client of the application, without a session."""
    if not _asks_for_kept(request):
        return request.getfixturevalue("make_app")()
    request.getfixturevalue("with_plugins")
    # It would put back what a test before this one had set.
    app_globals._CONFIG_CACHE.clear()
    return helpers.CKANTestApp(_Kept.app)


def _asks_for_kept(request: pytest.FixtureRequest) -> bool:
    return "with_plugins" in request.fixturenames and not any(
        request.node.get_closest_marker(name) for name in OTHER_PLUGINS
    )
