"""Where the catalogue meets CKAN: settings, the saving and the indexing of datasets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

import ckan.plugins as p
import ckan.plugins.toolkit as tk

from . import checks, moving, owing, tasks, titles
from .dataset import index_entry, put_under_domain, show_cycle
from .demand import counting, sources
from .joined import keeping
from .office import opening, sections
from .rounds import reminding
from .table_schemas import conformance, console

if TYPE_CHECKING:
    from ckan.common import CKANConfig
    from ckan.config.declaration import Declaration, Key
    from ckan.types import Context

HERE = Path(__file__).parent
# Registered when they are imported; named so that nobody drops the import.
REGISTERED = (
    checks,
    conformance,
    console,
    keeping,
    moving,
    opening,
    owing,
    reminding,
    sections,
    sources,
    tasks,
    titles,
)


class CatalogueHooks(p.SingletonPlugin):
    """Mixed into the plugin; `config_declaration.yaml` names the dataset's schema."""

    p.implements(p.IConfigDeclaration)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.IFacets, inherit=True)

    # IConfigDeclaration

    def declare_config_options(self, declaration: Declaration, key: Key) -> None:  # noqa: ARG002 - the interface's
        text = (HERE / "config_declaration.yaml").read_text(encoding="utf-8")
        declaration.load_dict(yaml.safe_load(text))

    # IConfigurer, called by the plugin

    def use_own_licences(self, config: CKANConfig) -> None:
        """Offer the terms of use of article 10, unless the site has its own list."""
        if not config.get("licenses_group_url"):
            config["licenses_group_url"] = f"file://{HERE / 'licences.json'}"

    # IPackageController

    def after_dataset_create(self, context: Context, pkg_dict: dict[str, Any]) -> None:  # noqa: ARG002 - the interface's
        put_under_domain(pkg_dict["id"])

    def after_dataset_update(self, context: Context, pkg_dict: dict[str, Any]) -> None:  # noqa: ARG002 - the interface's
        put_under_domain(pkg_dict["id"])

    def after_dataset_search(
        self, search_results: dict[str, Any], search_params: dict[str, Any]
    ) -> dict[str, Any]:
        counting.after_dataset_search(search_results, search_params)
        return search_results

    def after_dataset_show(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        if context.get("validate") is not False:
            show_cycle(pkg_dict)

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        return index_entry(pkg_dict)

    # IFacets

    def dataset_facets(
        self, facets_dict: dict[str, Any], package_type: str
    ) -> dict[str, Any]:
        if package_type != "dataset":
            return facets_dict
        facets_dict.clear()
        facets_dict["organization"] = tk._("Agencies")
        facets_dict["groups"] = tk._("Domains")
        facets_dict["content_kind"] = tk._("Kind of content")
        facets_dict["update_cycle"] = tk._("Update cycle")
        facets_dict["res_format"] = tk._("Formats")
        facets_dict["catalogue_entry"] = tk._("Catalogue entries")
        facets_dict["tags"] = tk._("Keywords")
        return facets_dict

    def organization_facets(
        self,
        facets_dict: dict[str, Any],
        organization_type: str,  # noqa: ARG002 - the interface's
        package_type: str | None,  # noqa: ARG002 - the interface's
    ) -> dict[str, Any]:
        facets_dict.pop("license_id", None)
        facets_dict.pop("organization", None)
        return facets_dict

    def group_facets(
        self,
        facets_dict: dict[str, Any],
        group_type: str,  # noqa: ARG002 - the interface's
        package_type: str | None,  # noqa: ARG002 - the interface's
    ) -> dict[str, Any]:
        facets_dict.pop("license_id", None)
        facets_dict.pop("groups", None)
        return facets_dict
