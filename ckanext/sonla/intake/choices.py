"""Choices are kept with their resource, and hold for the next period's file too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.shared import clock

from .choice import Choice, restored
from .model import IntakeChoice


@dataclass(frozen=True)
class Chosen:
    """What holds of a resource's file.

    `choice` is what it is read by; `remembered` the earlier choice of which that is
    what holds now too, None where the officer chose for this very file.
    """

    choice: Choice | None = None
    remembered: Choice | None = None

    @property
    def token(self) -> str | None:
        """What makes another load necessary when it changes."""
        parts = (self.choice, self.remembered)
        tokens = [one.token for one in parts if one is not None]
        return " ".join(tokens) or None


def own(resource_id: str) -> Choice | None:
    """Return the choice that was made for a resource."""
    row = model.Session.get(IntakeChoice, resource_id, populate_existing=True)
    return restored(row.choice) if row else None


def of(package: dict[str, Any], resource_id: str, table: str | None) -> Chosen:
    """Return what holds of a resource's file: its own choice, or the last period's.

    Args:
        package: the dataset or its working package.
        table: the table of the entry that the file fills.
    """
    choice = own(resource_id)
    if choice is not None:
        return Chosen(choice)
    agency, entry = package.get("owner_org"), package.get("catalogue_entry")
    if not (agency and entry and table):
        return Chosen()
    stored = model.Session.scalar(
        sa.select(IntakeChoice.choice)
        .where(
            IntakeChoice.agency_id == agency,
            IntakeChoice.entry == entry,
            IntakeChoice.table_name == table,
        )
        .order_by(IntakeChoice.chosen.desc())
        .limit(1)
    )
    before = restored(stored)
    return Chosen(before.for_next_period(), before) if before else Chosen()


def keep(
    package: dict[str, Any], resource_id: str, table: str | None, choice: Choice
) -> None:
    """Store, in the caller's transaction, what was chosen for a resource's file."""
    row = model.Session.get(IntakeChoice, resource_id) or IntakeChoice()
    row.resource_id = resource_id
    row.agency_id = package.get("owner_org")
    row.entry = package.get("catalogue_entry")
    row.table_name = table
    row.choice = choice.as_dict()
    row.chosen = clock.now()
    model.Session.add(row)
    model.Session.flush()
