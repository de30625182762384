"""The filters beside search results, in the portal's words and order."""

from __future__ import annotations

import ckan.plugins as p
import ckan.plugins.toolkit as tk


class PortalFacets(p.SingletonPlugin):
    """Agency and domain instead of CKAN's organization and group."""

    p.implements(p.IFacets, inherit=True)

    def dataset_facets(
        self,
        facets_dict: dict[str, str],
        package_type: str,  # noqa: ARG002 - the interface's
    ) -> dict[str, str]:
        return _named(facets_dict)

    def organization_facets(
        self,
        facets_dict: dict[str, str],
        organization_type: str,  # noqa: ARG002 - the interface's
        package_type: str | None,  # noqa: ARG002 - the interface's
    ) -> dict[str, str]:
        return _named(facets_dict)

    def group_facets(
        self,
        facets_dict: dict[str, str],
        group_type: str,  # noqa: ARG002 - the interface's
        package_type: str | None,  # noqa: ARG002 - the interface's
    ) -> dict[str, str]:
        return _named(facets_dict)


def _named(facets: dict[str, str]) -> dict[str, str]:
    names = {
        "groups": tk._("Domain"),
        "organization": tk._("Agency"),
        "res_format": tk._("Format"),
        "tags": tk._("Keyword"),
        "license_id": tk._("Licence"),
    }
    ours = {key: name for key, name in names.items() if key in facets}
    return ours | {key: name for key, name in facets.items() if key not in names}
