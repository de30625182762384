"""Whether a dataset's content may be served to strangers.

What is taken down is served to nobody but its agency and the operating office: not the
current state, and not what earlier revisions published.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.approval import states
from ckanext.sonla.approval.model import Revision, published_of

from .model import TakeDown

if TYPE_CHECKING:
    from sqlalchemy.orm import InstrumentedAttribute

RETIRED = "retired"
TAKEN_DOWN = "taken_down"


def is_served(dataset_id: str) -> bool:
    """Tell whether strangers may read a dataset's content, files of old states too."""
    return take_down_of(dataset_id) is None


def served(dataset_id: InstrumentedAttribute[str]) -> sa.ColumnElement[bool]:
    """Return the condition that a column's dataset is served to strangers."""
    return ~sa.exists().where(
        TakeDown.dataset_id == dataset_id, TakeDown.restored.is_(None)
    )


def take_down_of(dataset_id: str) -> TakeDown | None:
    """Return the take-down of a dataset that stands."""
    return model.Session.scalars(
        sa.select(TakeDown).where(
            TakeDown.dataset_id == dataset_id, TakeDown.restored.is_(None)
        )
    ).one_or_none()


def retirement_of(dataset_id: str) -> Revision | None:
    """Return the retirement that is a dataset's published state."""
    published = published_of(dataset_id)
    return published if published and published.kind == states.RETIREMENT else None


def lock(dataset_id: str) -> None:
    """Let a switch and a take-down of one dataset come after one another."""
    model.Session.execute(
        sa.select(model.Package.id)
        .where(model.Package.id == dataset_id)
        .with_for_update()
    )


def reason_of(retirement: Revision) -> str:
    """Return why a dataset was retired, as the digest has it."""
    content: dict[str, Any] = retirement.content or {}
    return content.get("reason") or retirement.note or ""
