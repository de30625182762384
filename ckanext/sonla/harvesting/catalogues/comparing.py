"""Whether a remote dataset says what is public already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import places
from .model import HarvestedDataset
from .remote import TAGS

if TYPE_CHECKING:
    from ckanext.sonla.harvesting.runs.targets import Target

    from .mapping import Wanted
    from .remote import RemoteFile


def known(
    item: HarvestedDataset, target: Target | None, wanted: Wanted
) -> dict[str, dict[str, Any]]:
    """Return the files that are public and came from here, by name.

    Only while what is public is what an earlier run brought: of a file that is still
    the same, nothing has to be fetched then.
    """
    before = _before(item, target)
    names = {file.name for file, _ in wanted.files}
    return (
        {one["name"]: one for one in before.files if one["name"] in names}
        if (before)
        else {}
    )


def _before(item: HarvestedDataset, target: Target | None) -> HarvestedDataset | None:
    if target is None or target.published is None or target.open is not None:
        return None
    before = HarvestedDataset.taken_before(item.source_id, item.guid)
    stands = before is not None and before.stands_on == target.published
    return before if stands else None


def is_public(item: HarvestedDataset, target: Target, wanted: Wanted) -> bool:
    """Tell whether the public dataset says already what the remote portal says."""
    if target.published is None or target.open is not None:
        return False
    before = _before(item, target)
    if before is not None:
        return same(before, item)
    # Somebody else's revision is public: what it says is compared itself.
    dataset = target.dataset
    told = all(
        of_public(dataset, name) == value for name, value in wanted.metadata.items()
    )
    return told and all(
        _is_there(dataset["resources"], file, table, item.files[number]["sha256"])
        for number, (file, table) in enumerate(wanted.files)
    )


def same(before: HarvestedDataset, item: HarvestedDataset) -> bool:
    """Tell whether two runs would take over the same of a remote dataset."""
    return before.fingerprint == item.fingerprint and sums(before) == sums(item)


def sums(item: HarvestedDataset) -> dict[str, str | None]:
    """Return the digest of each file, by its name."""
    return {one["name"]: one.get("sha256") for one in item.files}


def was_sent_back(item: HarvestedDataset, target: Target) -> bool:
    """Tell whether the leader has sent back just this."""
    before = places.sent_back(item.source_id, target)
    return before is not None and same(before, item)


def of_public(dataset: dict[str, Any], name: str) -> Any:
    """Return a field of a dataset as a source would say it."""
    value = dataset.get(name)
    if name == TAGS:
        return sorted(one["name"] for one in value or [])
    return value


def matching(
    resources: list[dict[str, Any]], file: RemoteFile, table: str | None
) -> dict[str, Any] | None:
    """Return the resource that a remote file is: of the same table, or name."""
    for one in resources:
        if table and one.get("table") == table:
            return one
    return next((one for one in resources if one.get("name") == file.name), None)


def _is_there(
    resources: list[dict[str, Any]],
    file: RemoteFile,
    table: str | None,
    sha256: str | None,
) -> bool:
    found = matching(resources, file, table)
    return (
        found is not None
        and found.get("name") == file.name
        and bool(sha256)
        and found.get("sha256") == sha256
    )
