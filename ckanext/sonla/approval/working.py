"""The working package: where an officer drafts the update of a published dataset."""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa
from ckan import model

from .model import Revision, RevisionResource


@dataclass
class Copy:
    """A working package just made, and which public resource each of its own is."""

    package_id: str
    resources: list[dict[str, str | None]] = field(default_factory=list)


def hand_over(left: Revision, revision: Revision) -> None:
    """Give a withdrawn revision's working package to the one that goes on with it."""
    revision.editors = list(left.editors)
    model.Session.execute(
        sa.update(RevisionResource)
        .where(RevisionResource.revision_id == left.id)
        .values(revision_id=revision.id)
    )


def remember(revision: Revision, copy: Copy) -> None:
    """Note which public resource each resource of a working package stands for."""
    for row in copy.resources:
        model.Session.add(RevisionResource(revision_id=revision.id, **row))
    model.Session.flush()
