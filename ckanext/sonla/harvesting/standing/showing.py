"""How the approval of a source stands, for those who see its configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import clock

from . import terms, voiding
from .model import last_of

if TYPE_CHECKING:
    from ckanext.sonla.harvesting.sources import Source

NONE, APPROVED, VOID = "none", "approved", "void"


def state_of(source: Source) -> dict[str, Any]:
    """Return how the approval of a source stands.

    Returns:
        `state` (`none`, `approved` or `void`), `digest` of the source as it is,
        `missing` (sentences: what must be said before it can be approved); of the last
        approval `given`, `given_by` (the office), `given_digest`, `comment`, `voided`
        and `why` (what changed since), all None without one.
    """
    now = terms.of(source)
    last = last_of(source.id)
    # Voided when somebody next writes; it counts no longer all the same.
    why = _why(last)
    state = APPROVED if last is not None and not why else VOID if last else NONE
    office = model.Group.get(last.agency_id) if last else None
    return {
        "state": state,
        "digest": now.digest,
        "missing": [tk._(terms.MISSING[code]) for code in now.missing],
        "given": clock.iso_z(last.given) if last else None,
        "given_by": office.title if office else None,
        "given_digest": last.digest if last else None,
        "comment": last.comment if last else None,
        "voided": clock.iso_z(last.voided) if last and last.voided else None,
        "why": why,
    }


def _why(last: Any) -> list[str]:
    if last is None:
        return []
    return last.void_reason.split() if last.void_reason else voiding.reasons(last)
