"""A remote dataset, as the action answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ckanext.sonla.harvesting.runs import problems

if TYPE_CHECKING:
    from .model import HarvestedDataset

_PLAIN = (
    "run_id",
    "guid",
    "name",
    "title",
    "entry",
    "dataset_id",
    "revision_id",
    "state",
    "left_files",
)
_OF_FILE = ("name", "url", "bytes")


def item(found: HarvestedDataset) -> dict[str, Any]:
    """Return what became of a remote dataset, in the caller's language."""
    reason = found.reason
    said = reason and {"code": reason["code"], "sentence": problems.say(reason)}
    files = [{name: one.get(name) for name in _OF_FILE} for one in found.files]
    told = {name: getattr(found, name) for name in _PLAIN}
    return {**told, "reason": said, "files": files}
