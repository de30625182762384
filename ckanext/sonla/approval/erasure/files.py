"""The bytes that erasures take out of the store, and the list that outlives backups."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval.faults import declare, fault
from ckanext.sonla.approval.lifecycle.model import Erasure, ErasureFile
from ckanext.sonla.approval.model import Revision
from ckanext.sonla.approval.storage import store
from ckanext.sonla.shared import clock

if TYPE_CHECKING:
    from collections.abc import Iterator

_LIST = "sonla-erasures.jsonl"

declare("erase", "removed")


def sweep(*, again: bool = False) -> int:
    """Remove the bytes that erasures name and nobody else does.

    Args:
        again: also those that were removed before: a backup may have brought them back.

    Returns:
        How many files went.
    """
    query = sa.select(ErasureFile)
    if not again:
        query = query.where(ErasureFile.removed.is_(None))
    gone = 0
    for row in model.Session.scalars(query).all():
        if _is_named(row.address):
            continue
        gone += store.remove(row.address)
        fault("removed")
        row.removed = clock.now()
    model.Session.commit()
    return gone


def line(erasure: Erasure) -> dict[str, Any]:
    """Return an erasure as the list beside the backups keeps it."""
    return {
        "id": erasure.id,
        "revision_id": erasure.revision_id,
        "dataset_id": erasure.dataset_id,
        "what": erasure.what,
        "decision": erasure.decision,
        "erased_by": erasure.erased_by,
        "erased": clock.iso_z(erasure.erased),
    }


def note(told: dict[str, Any]) -> None:
    """Add an erasure to the list, on the disk before this returns."""
    path = list_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    # Only the portal's own account: the list says whose rows were erased.
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        file.write(json.dumps(told, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())


def noted() -> Iterator[dict[str, Any]]:
    """Yield the erasures of the list, the oldest first, each once."""
    path = list_path()
    if not path.exists():
        return
    seen = set()
    with path.open(encoding="utf-8") as file:
        for text in file:
            told = json.loads(text)
            if told["id"] not in seen:
                seen.add(told["id"])
                yield told


def list_path() -> Path:
    """Return where the list lies: beside the files, outside both databases."""
    return Path(tk.config["ckan.storage_path"]) / _LIST


def _is_named(address: str) -> bool:
    """Tell whether a resource or a revision names a file, of whatever dataset."""
    resource = sa.select(model.Resource.id).where(
        model.Resource.state == model.State.ACTIVE,
        # CKAN keeps them as a JSON text.
        sa.type_coerce(model.Resource.extras, sa.Text).contains(address),
    )
    frozen = sa.select(Revision.id).where(
        sa.cast(Revision.content, sa.Text).contains(address)
    )
    return bool(
        model.Session.scalar(sa.select(sa.or_(resource.exists(), frozen.exists())))
    )
