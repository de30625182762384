"""What the portal's templates ask for. Texts of the page live in the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import current_app

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import clock, language
from ckanext.sonla.shared.asking import sonla_ask
from ckanext.sonla.shared.formats import sonla_date
from ckanext.sonla.shared.titles import sonla_title

from .words import sonla_agency_kind_name, sonla_cycle_name, sonla_error_name

if TYPE_CHECKING:
    from collections.abc import Callable

# Filters whose values are codes of the catalogue.
CLOSED_LISTS = ("content_kind", "update_cycle")
# What CKAN asks the plural for.
SEVERAL = ("breadcrumb", "page title", "main nav", "content tab", "facet label")
ICONS = {
    "kinh-te": "chart-line",
    "nong-": "seedling",
    "lam-": "tree",
    "xa-hoi": "people-group",
    "lao-dong": "people-group",
    "dan-toc": "people-group",
    "van-hoa": "landmark",
    "du-lich": "mountain-sun",
    "y-te": "heart-pulse",
    "giao-duc": "graduation-cap",
    "tai-nguyen": "map-location-dot",
    "moi-truong": "leaf",
    "giao-thong": "road",
    "xay-dung": "building",
    "khoa-hoc": "microscope",
    "thong-tin": "tower-broadcast",
    "tai-chinh": "coins",
    "dau-tu": "coins",
    "cong-thuong": "industry",
    "cong-nghiep": "industry",
    "tu-phap": "scale-balanced",
    "phap": "scale-balanced",
    "noi-vu": "building-columns",
    "hanh-chinh": "building-columns",
    "an-ninh": "shield-halved",
}


def sonla_text(name: str) -> str:
    """Return a text of the site, `sonla.portal.<name>`, in the page's language.

    `sonla.portal.<name>_en` says it in English; without it the Vietnamese stands.
    """
    return _in_english(name) or tk.config[f"sonla.portal.{name}"]


def _in_english(name: str) -> str:
    english = language.current().startswith("en")
    return tk.config[f"sonla.portal.{name}_en"] if english else ""


def sonla_site_title() -> str:
    """Return the portal's name in the page's language."""
    return _in_english("title") or tk.config["ckan.site_title"]


def sonla_menu() -> list[tuple[Any, ...]]:
    """Return the main menu, of the pages that the switched-on features offer."""
    items = (
        ("dataset.search", tk._("Data"), ["dataset", "resource"]),
        ("sonla_catalogue.index", tk._("Catalogue"), ["sonla_catalogue"]),
        ("group.index", tk._("Domains"), ["group"]),
        ("organization.index", tk._("Agencies"), ["organization"]),
        ("sonla_feedback.index", tk._("Feedback"), ["sonla_feedback"]),
        ("home.about", tk._("About the portal")),
    )
    return [item for item in items if item[0] in current_app.view_functions]


@tk.chained_helper
def humanize_entity_type(
    next_helper: Callable[..., str | None],
    entity_type: str,
    object_type: str,
    purpose: str,
) -> str | None:
    """Return the portal's words for CKAN's organization and group."""
    names = {
        ("organization", "organization"): tk._("Agencies"),
        ("group", "group"): tk._("Domains"),
    }
    several = purpose in SEVERAL and names.get((entity_type, object_type))
    return several or next_helper(entity_type, object_type, purpose)


@tk.chained_helper
def get_facet_items_dict(
    next_helper: Callable[..., list[dict[str, Any]]],
    facet: str,
    *args: Any,
    **more: Any,
) -> list[dict[str, Any]]:
    """Return a filter's items, those of the catalogue's closed lists in words."""
    items = next_helper(facet, *args, **more)
    if facet in CLOSED_LISTS and "sonla_catalogue_label" in tk.h:
        for item in items:
            item["display_name"] = tk.h.sonla_catalogue_label(facet, item["name"])
    return items


def sonla_filter_address(
    name: str,
    item: dict[str, Any],
    extras: dict[str, Any] | None = None,
    alternative_url: str | None = None,
) -> str:
    """Return the address that adds a filter's value, or removes an active one."""
    where = {"extras": extras or None, "alternative_url": alternative_url or None}
    if item["active"]:
        return tk.h.remove_url_param(name, item["name"], **where)
    return tk.h.add_url_param(new_params={name: item["name"]}, **where)


def sonla_own_logo() -> bool:
    """Tell whether the operator has set a logo in place of CKAN's."""
    return bool(tk.g.site_logo) and "ckan-logo" not in tk.g.site_logo


def sonla_regulation() -> str:
    """Return the decision that the portal runs by, as pages cite it."""
    return _in_english("regulation") or tk.config["sonla.policy.regulation"]


def sonla_domains() -> list[dict[str, Any]]:
    """Return the domains with their counts of datasets, the fullest first."""
    domains = sonla_ask("group_list", all_fields=True, include_extras=True) or []
    for domain in domains:
        domain |= {extra["key"]: extra["value"] for extra in domain.get("extras", [])}
    return sorted(domains, key=lambda domain: -domain["package_count"])


def sonla_icon(name: str) -> str:
    """Return the picture of a domain by a word in its name."""
    for word, icon in ICONS.items():
        if word in name:
            return icon
    return "layer-group"


def sonla_newest(limit: int = 6) -> list[dict[str, Any]]:
    """Return the datasets published last."""
    found = sonla_ask(
        "package_search",
        fq='capacity:"public" +type:dataset',
        rows=limit,
        sort="metadata_modified desc",
        **{"facet.field": []},
    )
    return found["results"] if found else []


def sonla_figures() -> dict[str, int]:
    """Return the portal's numbers: datasets, agencies, domains, entries."""
    datasets = sonla_ask("package_search", fq='capacity:"public"', rows=0)
    entries = sonla_ask("sonla_entry_list", limit=1)
    return {
        "datasets": datasets["count"] if datasets else 0,
        "agencies": len(sonla_ask("organization_list") or []),
        "domains": len(sonla_ask("group_list") or []),
        "entries": entries["count"] if entries else 0,
    }


def sonla_entry(code: str | None) -> dict[str, Any] | None:
    """Return the catalogue's entry that a dataset names."""
    return sonla_ask("sonla_entry_show", code=code) if code else None


def sonla_extra(item: dict[str, Any], key: str) -> Any:
    """Return a field of an agency or domain, from its top level or its extras."""
    extras = {extra["key"]: extra["value"] for extra in item.get("extras") or []}
    return item.get(key) or extras.get(key)


def sonla_agency(name: str) -> dict[str, Any] | None:
    """Return an agency with its extras at the top level; None for strangers' ids."""
    found = sonla_ask(
        "organization_show",
        id=name,
        include_datasets=False,
        include_users=False,
        include_dataset_count=False,
        include_followers=False,
    )
    if found:
        found |= {extra["key"]: extra["value"] for extra in found.get("extras", [])}
    return found


def sonla_citation(package: dict[str, Any]) -> str:
    """Return how to cite a dataset; article 10.2 asks its users to."""
    agency = package.get("organization") or {}
    return tk._(
        "{agency}, “{title}”, {portal}, {address}, retrieved on {date}."
    ).format(
        agency=agency.get("title") or agency.get("name") or "",
        title=sonla_title(package),
        portal=tk.config["ckan.site_title"],
        address=tk.url_for("dataset.read", id=package["name"], _external=True),
        date=sonla_date(clock.today()),
    )


__all__ = [
    "get_facet_items_dict",
    "humanize_entity_type",
    "sonla_agency",
    "sonla_agency_kind_name",
    "sonla_citation",
    "sonla_cycle_name",
    "sonla_domains",
    "sonla_entry",
    "sonla_error_name",
    "sonla_extra",
    "sonla_figures",
    "sonla_filter_address",
    "sonla_icon",
    "sonla_menu",
    "sonla_newest",
    "sonla_own_logo",
    "sonla_regulation",
    "sonla_site_title",
    "sonla_text",
]
