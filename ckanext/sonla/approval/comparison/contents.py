"""Files compared by what is in them: maps by feature, documents by text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ckanext.sonla.approval.storage import store

from . import documents, features

if TYPE_CHECKING:
    from .pairing import Content, Pair

MAPS = ("GEOJSON",)


def of(pair: Pair) -> dict[str, Any]:
    """Return `features` of two maps, or `text` of two documents, where both can be had.

    `unreadable` tells that the files are of a kind that could be compared, but these
    two can't: too large, damaged, protected, or a scan.
    """
    old, new = (_stored(side) for side in (pair.before, pair.after))
    if old is None or new is None or old[0] == new[0]:
        return {}
    kinds = old[1], new[1]
    if all(kind in MAPS for kind in kinds):
        found = _read(old[0], new[0], features.compare)
        return {"features": found} if found else {"unreadable": True}
    if all(documents.is_document(kind) for kind in kinds):
        found = _read(
            old[0], new[0], lambda was, is_: documents.compare(was, is_, kinds)
        )
        return {"text": found} if found else {"unreadable": True}
    return {}


def _stored(side: Content | None) -> tuple[str, str] | None:
    if not side or not side.get("file"):
        return None
    suffix = side.get("url", "").rpartition(".")[2]
    kind = (side.get("format") or suffix).strip().lstrip(".").upper()
    return side["file"]["sha256"], kind


def _read(before: str, after: str, compare: Any) -> dict[str, Any] | None:
    try:
        with store.reading(before) as old, store.reading(after) as new:
            return compare(old, new)
    except FileNotFoundError:
        return None
