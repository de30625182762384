"""CKAN's `with_plugins`, which keeps the plugins from one test to the next.

CKAN's own fixture loads and unloads every plugin around every test, which takes far
longer than most tests. Here they stay as long as nobody asks for other ones: a test
that changes the configuration by a mark, or brings a plugin, gets CKAN's fixture, and
one that wants no plugins finds none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import ckan.plugins as p

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ckan.common import CKANConfig

OTHER_PLUGINS = ("ckan_config", "provide_plugin", "with_plugins")

# What loading changed in the configuration: option → (before, after).
_kept: dict[str, tuple[Any, Any]] | None = None


def forget() -> None:
    """Say that somebody else loads the plugins from here on."""
    global _kept  # noqa: PLW0603 - CKAN's plugins are global too
    _kept = None


def _unload() -> None:
    if _kept is not None:
        p.unload_all()
    forget()


def _keep(config: CKANConfig) -> None:
    """Load the plugins, or put back what loading them did to the configuration."""
    global _kept  # noqa: PLW0603 - CKAN's plugins are global too
    if _kept is None:
        before = dict(config)
        p.load_all()
        _kept = {
            option: (before.get(option), value)
            for option, value in config.items()
            if option not in before or before[option] != value
        }
        return
    for option, (before, after) in _kept.items():
        if config.get(option) == before:
            config[option] = after


@pytest.fixture(autouse=True)
def settled_plugins(request: pytest.FixtureRequest) -> None:
    """Unload what is kept before a test that asks for no plugins, or for others."""
    if "with_plugins" not in request.fixturenames or _asks_for_others(request):
        _unload()


@pytest.fixture
def with_plugins(
    request: pytest.FixtureRequest, settled_plugins: None, ckan_config: CKANConfig
) -> Iterator[None]:
    """Have the plugins of the test's configuration loaded."""
    del settled_plugins
    if _asks_for_others(request):
        request.getfixturevalue("with_plugins")
    else:
        _keep(ckan_config)
    yield


def _asks_for_others(request: pytest.FixtureRequest) -> bool:
    return any(request.node.get_closest_marker(name) for name in OTHER_PLUGINS)
