"""What every feature's plugin class has: its own templates and its own strings."""

from __future__ import annotations

from pathlib import Path

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig

ROOT = Path(__file__).parent.parent


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
        return sorted(
            path.name for path in (ROOT / "i18n").iterdir() if path.is_dir()
        )

    def i18n_domain(self) -> str:
        return f"sonla-{self.feature}"
