"""What every feature's plugin class has: its own templates and its own strings."""

from __future__ import annotations

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

    A module offers what `__all__` names, or else its own public functions.
    """

    def offered() -> dict[str, Any]:
        found: dict[str, Any] = {}
        for part in parts:
            found |= _members(part) if isinstance(part, ModuleType) else part()
        return found

    return offered


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
