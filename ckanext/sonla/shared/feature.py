"""What every feature's plugin class has: its own templates and its own strings."""

from __future__ import annotations

from functools import partial, wraps
from inspect import isfunction
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk

if TYPE_CHECKING:
    from collections.abc import Callable

    from ckan.common import CKANConfig

ROOT = Path(__file__).parent.parent


def together(*parts: ModuleType | Callable[[], dict[str, Any]]) -> Callable[[], Any]:
    """Join what several modules or factories offer, for one blanket decorator.

    A module offers what `__all__` names, or else its own public functions. Where two
    parts chain the same function, the later one is called first.
    """

    def offered() -> dict[str, Any]:
        found: dict[str, Any] = {}
        for part in parts:
            members = _members(part) if isinstance(part, ModuleType) else part()
            for name, function in members.items():
                found[name] = _around(found.get(name), function)
        return found

    return offered


def _around(inner: Any, outer: Any) -> Any:
    """Return a chained function around another one, with what marks both."""
    if inner is None:
        return outer

    @wraps(outer)
    def both(original: Any, context: Any, data_dict: Any) -> Any:
        return outer(partial(inner, original), context, data_dict)

    both.__dict__ = {**inner.__dict__, **outer.__dict__}
    return both


def _members(module: ModuleType) -> dict[str, Any]:
    if hasattr(module, "__all__"):
        return {name: getattr(module, name) for name in module.__all__}
    return {
        name: value
        for name, value in vars(module).items()
        if isfunction(value)
        and value.__module__ == module.__name__
        and not name.startswith("_")
    }


class FeaturePlugin(p.SingletonPlugin):
    """Base of the feature plugins.

    A subclass names its `feature`. `templates/<feature>` is its own template root,
    so a disabled feature takes its templates with it, and `i18n/` holds its strings
    in a domain of its own, `sonla-<feature>`.
    """

    feature: str = ""

    p.implements(p.IConfigurer)
    p.implements(p.ITranslation)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        # An absolute path: the toolkit joins it to this file's folder.
        tk.add_template_directory(config, str(ROOT / "templates" / self.feature))

    # ITranslation

    def i18n_directory(self) -> str:
        return str(ROOT / "i18n")

    def i18n_locales(self) -> list[str]:
        return sorted(path.name for path in (ROOT / "i18n").iterdir() if path.is_dir())

    def i18n_domain(self) -> str:
        return f"sonla-{self.feature}"


class Subscriber(p.SingletonPlugin):
    """A part of a plugin that listens to signals.

    A plugin may have several: each returns its own beside what the others listen to.
    """

    p.implements(p.ISignal)

    # ISignal

    def get_signal_subscriptions(self) -> dict[Any, Any]:
        """Return the listeners by their signal."""
        return {}


class Seam(Subscriber):
    """A part of a plugin that changes CKAN itself, and leaves it as it was.

    CKAN tells a plugin nothing when it unloads it: `IPluginObserver` reaches the other
    plugins only. It does ask for the plugin's signals then, as it did on loading.
    """

    def install(self) -> None:
        """Change what must be changed; twice does no harm."""
        raise NotImplementedError

    def uninstall(self) -> None:
        """Leave CKAN as it came; twice does no harm."""
        raise NotImplementedError

    # ISignal

    def get_signal_subscriptions(self) -> dict[Any, Any]:
        if p.plugin_loaded(self.name):
            self.install()
        else:
            self.uninstall()
        return super().get_signal_subscriptions()
