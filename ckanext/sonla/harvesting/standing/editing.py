"""What a save of a source does to its approval: it names who edited, and voids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.dialects.postgresql import insert

from ckan import model
from ckanext.sonla.shared import clock

from . import voiding
from .model import HarvestEditor

if TYPE_CHECKING:
    from ckan.types import Context


def note(context: Context, source_id: str) -> None:
    """Note who saves a source, in the transaction that does."""
    user = model.User.get(context.get("user") or None)
    if user is None:
        return
    values = {"source_id": source_id, "user_id": user.id, "since": clock.now()}
    # CKAN may not have written the package yet, which the row refers to.
    model.Session.flush()
    model.Session.execute(insert(HarvestEditor).values(values).on_conflict_do_nothing())


def follow(context: Context, source_id: str) -> None:
    """Void the approval of a source that has just been saved, if it was changed."""
    user = model.User.get(context.get("user") or None)
    voiding.check(source_id, user.id if user else None)
    model.Session.commit()
