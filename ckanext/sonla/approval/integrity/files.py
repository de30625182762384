"""The bytes of every version that is kept, compared with their addresses."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.approval.history import versions
from ckanext.sonla.approval.lifecycle.model import Erasure, ErasureFile
from ckanext.sonla.approval.storage import store
from ckanext.sonla.shared.events import Event

from .finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ckanext.sonla.approval.history.versions import Part, Version

_CHUNK = 1 << 20


def check(dataset: str, found: list[Version]) -> Iterator[Finding]:
    """Read every file that is still kept, each once."""
    if not found:
        return
    removed = _removed(found[0].revision.dataset_id)
    seen: set[str] = set()
    for version in reversed(found):
        if not version.is_kept():
            continue
        for part in versions.parts(version.content):
            if part.sha256 not in seen:
                seen.add(part.sha256)
                yield from _part(dataset, version, part, removed)


def _part(
    dataset: str, version: Version, part: Part, removed: set[str]
) -> Iterator[Finding]:
    place = f"{part.kind} of version {version.number}"
    try:
        actual = _address(part.sha256)
    except FileNotFoundError:
        if part.sha256 not in removed:
            yield Finding("its bytes are gone", dataset, part.name, place, part.sha256)
        return
    if actual != part.sha256:
        yield Finding(
            "its bytes were changed", dataset, part.name, place, part.sha256, actual
        )


def _address(address: str) -> str:
    digest = hashlib.sha256()
    with store.reading(address) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _removed(dataset_id: str) -> set[str]:
    """Return the addresses that retention or an erasure has removed, by the log."""
    events = model.Session.scalars(
        sa.select(Event).where(
            Event.object_type == "dataset",
            Event.object_id == dataset_id,
            Event.name == "revision.files_removed",
        )
    )
    erased = model.Session.scalars(
        sa.select(ErasureFile.address)
        .join(Erasure, Erasure.id == ErasureFile.erasure_id)
        .where(Erasure.dataset_id == dataset_id, ErasureFile.removed.is_not(None))
    )
    return {one for event in events for one in event.data.get("files", [])} | {*erased}
