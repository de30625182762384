"""A draft with a new tag, format, domain and alias, and an update of the published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ckan.tests import factories
from tests.factories import approval, seal

if TYPE_CHECKING:
    from .world import World

MARK = "nhapkin"
DOMAIN = "linh-vuc-moi"


def prepare(world: World) -> str:
    """Make the new domain and its entry, which the drafts are for; return its code."""
    domain = factories.Group(name=DOMAIN)
    return seal.entry({"name": world.agency_name}, domain)


def draft(world: World, code: str, *, table: bool = False) -> dict[str, str]:
    """Draft a dataset; return its ids."""
    package = seal.bare(
        {"id": world.sealed.agency, "name": world.agency_name},
        {"name": DOMAIN},
        catalogue_entry=code,
        title=f"{MARK} mới",
        tags=[{"name": f"{MARK} the"}],
    )
    resource = seal.portal_act(
        "resource_create",
        package_id=package["id"],
        url=f"http://sonla.example/{MARK}.{MARK}",
        format=MARK.upper(),
        name=MARK,
    )
    if table:
        seal.portal_act(
            "datastore_create",
            resource_id=resource["id"],
            fields=[{"id": MARK, "type": "text"}],
            records=[{MARK: MARK}],
            aliases=[f"{MARK}_ten_khac"],
            force=True,
        )
    return {
        "package": package["id"],
        "name": package["name"],
        "resource": resource["id"],
    }


def draft_both(world: World, code: str) -> dict[str, str]:
    """Draft a dataset, and an update of the published one; return their ids."""
    made = draft(world, code)
    revision = approval.act(
        world.people["officer"], "sonla_revision_open", dataset_id=world.sealed.dataset
    )
    working = seal.portal_act("package_show", id=revision["package_id"])
    seal.portal_act("package_patch", id=working["id"], title=f"{MARK} sửa")
    return {**made, "working": working["id"], "working_name": working["name"]}
