"""Where a remote dataset goes: the agency's dataset of its entry, or a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model
from ckan.lib.munge import munge_name
from ckanext.harvest.harvesters.base import HarvesterBase
from ckanext.sonla.harvesting.runs import targets
from ckanext.sonla.shared import clock

from . import states
from .model import HarvestedDataset

if TYPE_CHECKING:
    from ckanext.sonla.harvesting.runs.model import HarvestRun
    from ckanext.sonla.harvesting.runs.targets import Target
    from ckanext.sonla.harvesting.sources import Source

    from .mapping import Wanted
    from .remote import Remote

EDITABLE = ("draft", "returned", "withdrawn")
RETURNED = "returned"


def of(source: Source, code: str) -> Target | None:
    """Return where the data of an entry goes; None where no dataset is there yet.

    Raises:
        RunProblem: the agency has no officer.
    """
    officer = targets.officer_of(source.agency_id)
    package = model.Package
    candidates = model.Session.scalars(
        sa.select(package)
        .where(
            package.extras["catalogue_entry"].astext == code,
            package.owner_org == source.agency_id,
            package.type == "dataset",
            package.state == "active",
        )
        .order_by(package.metadata_created)
    ).all()
    for one in candidates:
        # A working copy is no dataset: no revision is of it.
        if targets.newest(officer, one.id, None):
            return targets.whole(officer, one.id)
    return None


def make(source: Source, one: Remote, wanted: Wanted, code: str) -> Target:
    """Make the dataset of an entry, a draft that nobody but its agency sees.

    Raises:
        ckan ValidationError: the catalogue doesn't allow it.
    """
    officer = targets.officer_of(source.agency_id)
    told = described(one, wanted)
    wish = munge_name(one.name or code)
    name = HarvesterBase._ensure_name_is_unique(wish) or HarvesterBase._gen_new_name(
        code, append_type="random-hex"
    )
    told |= {"name": name, "owner_org": source.agency_id, "catalogue_entry": code}
    made = targets.act(officer, "package_create", **told)
    return targets.whole(officer, made["id"])


def described(one: Remote, wanted: Wanted) -> dict[str, Any]:
    """Return the metadata of a new dataset, which needs a title and a description."""
    told = as_saved(wanted.metadata)
    told.setdefault("title", one.title)
    told.setdefault("notes", one.metadata.get("notes") or one.title)
    return told


def as_saved(metadata: dict[str, Any]) -> dict[str, Any]:
    """Return metadata as CKAN's actions take it."""
    found = dict(metadata)
    if "tags" in found:
        found["tags"] = [{"name": name} for name in found["tags"]]
    return found


def is_ours(run: HarvestRun, target: Target) -> bool:
    """Tell whether the open revision may be filled by this run.

    One of an earlier run that was sent back or never sent; a first draft without any
    file; and one that this run opened before its process died. What an officer drafts
    is hers.
    """
    present = target.open
    if present is None or present["state"] not in EDITABLE:
        return False
    if HarvestedDataset.of_revision(run.source_id, present["id"]) is not None:
        return True
    if present["kind"] == "publication" and target.published is None:
        return not target.dataset["resources"]
    return bool(
        run.started
        and present["opened"] >= clock.iso_z(run.started)
        and not present.get("editors")
    )


def sent_back(source_id: str, target: Target) -> HarvestedDataset | None:
    """Return what the open revision was filled with that the leader sent back."""
    if target.open is None or target.open["state"] != RETURNED:
        return None
    found = HarvestedDataset.of_revision(source_id, target.open["id"])
    return found if found and found.state in states.SUBMITTED else None
