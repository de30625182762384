"""Who has opened which review: what is approved with others was opened before."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval import states
from ckanext.sonla.approval.model import Revision
from ckanext.sonla.shared import clock

if TYPE_CHECKING:
    from ckan.types import Context


class RevisionReading(tk.BaseModel):
    """Somebody opened the review of what a digest names, as it was submitted then."""

    __tablename__ = "sonla_revision_reading"

    revision_id: Mapped[str] = mapped_column(
        sa.ForeignKey("sonla_revision.id", ondelete="CASCADE"), primary_key=True
    )
    reader: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    submitted: Mapped[dt.datetime] = mapped_column(
        sa.DateTime(timezone=True), primary_key=True
    )
    opened: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True))


def note(revision: Revision, reader: str) -> None:
    """Remember that somebody opened the review, in the caller's transaction."""
    model.Session.execute(
        insert(RevisionReading)
        .values(
            revision_id=revision.id,
            reader=reader,
            digest=revision.digest,
            submitted=revision.submitted,
            opened=clock.now(),
        )
        .on_conflict_do_nothing()
    )


def has_read(revision: Revision, reader: str | None) -> bool:
    """Tell whether somebody opened the review since the revision was last submitted."""
    if not reader or revision.digest is None or revision.submitted is None:
        return False
    key = (revision.id, reader, revision.digest, revision.submitted)
    return model.Session.get(RevisionReading, key) is not None


def read_by(user: str, revisions: list[str]) -> set[str]:
    """Return which revisions an account opened since each was last submitted."""
    account = model.User.get(user or None)
    if account is None:
        return set()
    return set(
        model.Session.scalars(
            sa.select(Revision.id)
            .join(RevisionReading, RevisionReading.revision_id == Revision.id)
            .where(
                Revision.id.in_(revisions),
                RevisionReading.reader == account.id,
                RevisionReading.digest == Revision.digest,
                RevisionReading.submitted == Revision.submitted,
            )
        )
    )


def approve_each(
    context: Context, asked: list[dict[str, str]], reader: str | None
) -> list[dict[str, Any]]:
    """Approve several revisions, each as `sonla_revision_approve` does, or not.

    One that can't be approved keeps no other from it.

    Returns:
        `{id, approved, state, message}` for each, in the order asked.
    """
    return [_approved(context, one, reader) for one in asked]


def _approved(
    context: Context, asked: dict[str, str], reader: str | None
) -> dict[str, Any]:
    revision = model.Session.get(Revision, asked["id"], populate_existing=True)
    told: dict[str, Any] = {"id": asked["id"], "approved": False, "state": None}
    if revision is None:
        return {**told, "message": tk._("There is no such revision")}
    try:
        tk.check_access("sonla_revision_approve", _fresh(context), {"id": asked["id"]})
        told["state"] = revision.state
        if revision.state == states.SUBMITTED and not has_read(revision, reader):
            message = tk._("Open it first: it was submitted since you last read it")
            return {**told, "message": message}
        answer = tk.get_action("sonla_revision_approve")(_fresh(context), dict(asked))
    except tk.NotAuthorized as refused:
        message = refused.message or tk._("You may not do this")
    except tk.ValidationError as error:
        message = _words(error)
    else:
        return {**told, "approved": True, "state": answer["state"], "message": None}
    model.Session.rollback()
    return {**told, "message": message}


def _fresh(context: Context) -> Context:
    return {
        "user": context.get("user", ""),
        "auth_user_obj": context.get("auth_user_obj"),
    }


def _words(error: tk.ValidationError) -> str:
    said = [
        message
        for messages in error.error_dict.values()
        for message in (messages if isinstance(messages, list) else [])
        if isinstance(message, str)
    ]
    return " ".join(said) or tk._("This step is not possible now")
