"""Applying the noted erasures again, to a portal that came back from a backup."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval.lifecycle.model import Erasure
from ckanext.sonla.approval.model import Revision
from ckanext.sonla.shared import policy, roles

from . import erasing
from . import files as erasing_files

log = logging.getLogger(__name__)

THERE = "is there"
AGAIN = "applied again"
NOT_YET = "not in this backup"
FAILED = "failed"


@dataclass
class Outcome:
    """What came of each noted erasure, and how many files went."""

    outcomes: dict[str, str] = field(default_factory=dict)
    files: int = 0

    @property
    def failed(self) -> bool:
        """Tell whether something is left to do."""
        return FAILED in self.outcomes.values()


def apply() -> Outcome:
    """Erase again what the list names and this database doesn't know to be erased."""
    result = Outcome()
    for told in erasing_files.noted():
        result.outcomes[told["id"]] = _one(told)
    result.files = erasing_files.sweep(again=True)
    return result


def _one(told: dict[str, Any]) -> str:
    if model.Session.get(Erasure, told["id"]) is not None:
        return THERE
    revision = model.Session.get(Revision, told["revision_id"])
    if revision is None:
        return NOT_YET
    try:
        erasing.erase(
            revision,
            _operator(told["erased_by"]),
            told["what"],
            told["decision"],
            told["id"],
        )
    except (tk.ValidationError, tk.NotAuthorized):
        model.Session.rollback()
        log.exception("Erasure %s could not be applied again", told["id"])
        return FAILED
    return AGAIN


def _operator(noted: str) -> str | None:
    """Return who erased, or another operator if the backup doesn't know her so."""
    if roles.holds(noted, roles.OPERATOR):
        return noted
    office = model.Group.get(policy.text("operating_office"))
    found = roles.holders_of(roles.OPERATOR, office.id) if office else []
    return found[0] if found else None
