"""What the entry does to a dataset when it is saved and when it is indexed."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model

from . import register
from .vocabulary import FREQUENCIES


def put_under_domain(package_id: str) -> None:
    """Make the entry's domain the dataset's only one (article 8.3).

    Works in the transaction that saves the dataset, past CKAN's rule that who adds a
    dataset to a group must be its member: nobody chooses here.
    """
    package = model.Package.get(package_id)
    code = package.extras.get("catalogue_entry") if package else None
    entry = register.find_entry(code) if code else None
    if entry is None:
        return
    found = False
    for member in model.Session.scalars(
        sa.select(model.Member)
        .join(model.Group, model.Group.id == model.Member.group_id)
        .where(
            model.Member.table_name == "package",
            model.Member.table_id == package_id,
            model.Group.is_organization.is_(False),
        )
    ):
        wanted = member.group_id == entry.domain_id and not found
        found = found or wanted
        state = "active" if wanted else "deleted"
        if member.state != state:
            member.state = state
    if not found:
        model.Session.add(
            model.Member(
                table_name="package",
                table_id=package_id,
                # By the object: CKAN's constructor lets go of a bare `group_id`.
                group=model.Group.get(entry.domain_id),
                group_id=entry.domain_id,
                capacity="public",
                state="active",
            )
        )
    model.Session.flush()


def theme_of(domain_id: str) -> str:
    """Return dcat:theme as it is stored: the domain's URI, or its page's address."""
    domain = model.Group.get(domain_id)
    if domain is None:
        return "[]"
    theme = register.extra_of(domain.id, "theme_uri") or (
        f"{tk.config['ckan.site_url']}/group/{domain.name}"
    )
    return json.dumps([theme])


def show_cycle(package: dict[str, Any]) -> None:
    """Show a dataset with the update cycle that its entry has now, as DCAT too.

    The cycle is the catalogue's: it says what the agency owes from the day on which an
    edition is in force, and nobody approves it with the data.
    """
    code = package.get("catalogue_entry")
    edition = register.edition_in_force() if isinstance(code, str) else None
    entry = register.entry_of(edition.id, code) if edition and code else None
    if entry is not None and not entry.retired:
        package["update_cycle"] = entry.update_cycle
        package["frequency"] = FREQUENCIES[entry.update_cycle]


def index_entry(package: dict[str, Any]) -> dict[str, Any]:
    """Add the entry's values to a dataset's search document, for its facets."""
    code = package.get("catalogue_entry")
    entry = register.find_entry(code) if isinstance(code, str) else None
    if entry is not None:
        package["entry_title"] = entry.title
        package["content_kind"] = entry.content_kind
        package["update_cycle"] = entry.update_cycle
        package["entry_priority"] = str(entry.priority)
    return package
