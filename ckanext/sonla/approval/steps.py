"""Making a step: the row lock, the table of transitions, the event, the notices."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import events

from . import states
from .conversation import mails as notices
from .delegation.capacity import capacity_in, told_of
from .model import Revision, locked

# What strangers may read of the log: a draft's course is the agency's own affair.
_PUBLIC_EVENTS = ("publish", "supersede")
_EVENT_NAMES = {
    "submit": "submitted",
    "withdraw": "withdrawn",
    "discard": "discarded",
    "return": "returned",
    "schedule": "scheduled",
    "approve": "approved",
    "start": "started",
    "publish": "published",
    "fail": "failed",
    "supersede": "superseded",
}


def conflict(field: str, message: str, **more: Any) -> tk.ValidationError:
    """Return the error of an action that comes at the wrong time (409)."""
    return tk.ValidationError({field: [message], **more})


def lock(revision_id: str) -> Revision:
    """Return a revision under its row lock, or raise `NotFound`."""
    revision = locked(revision_id)
    if revision is None:
        raise tk.ObjectNotFound(tk._("There is no such revision"))
    return revision


def expect(revision: Revision, step: str) -> None:
    """Refuse a step that doesn't start at the revision's state (409)."""
    if not states.BY_NAME[step].starts_at(revision.state):
        raise conflict(
            "state",
            tk._(
                "The revision is in state {state}: this step does not start there"
            ).format(state=revision.state),
            revision=revision.id,
        )


def allow(revision: Revision, step: str, user_id: str | None) -> None:
    """Refuse a step that the account's role may not make, `ignore_auth` or not.

    A decision stands on the person's appointment, so no plugin or job that skips
    CKAN's authorization can make one in her name.
    """
    acting = capacity_in(user_id, revision.agency_id)
    role = states.BY_NAME[step].role
    if not acting or acting.role != role:
        raise tk.NotAuthorized(
            tk._("Only the agency's own {roles} may do this").format(roles=role)
        )


def make(
    revision: Revision,
    step: str,
    user_id: str | None = None,
    values: dict[str, Any] | None = None,
    **told: Any,
) -> None:
    """Make a step in the caller's transaction: state, event, notices.

    Args:
        revision: under its row lock.
        step: the transition's name.
        user_id: who makes it; None for the portal itself.
        values: what else of the revision changes with the step, in the one UPDATE
            that the database's guard of the revisions judges.
        told: what else the event says.
    """
    expect(revision, step)
    if states.BY_NAME[step].role != states.SYSTEM:
        allow(revision, step, user_id)
    values = values or {}
    if "decided_by" in values:
        values = {**values, **_in_whose_name(revision, values["decided_by"])}
    for name, value in values.items():
        setattr(revision, name, value)
    revision.state = states.BY_NAME[step].target
    revision.version += 1
    model.Session.flush()
    for mail in notices.about(revision, step):
        notices.outbox.put(mail)
    record(revision, _EVENT_NAMES[step], user_id, public=step in _PUBLIC_EVENTS, **told)


def _in_whose_name(revision: Revision, decider: str | None) -> dict[str, str | None]:
    """Return the columns that say by which delegation somebody decides, if by any."""
    acting = capacity_in(decider, revision.agency_id)
    given = acting.delegation if acting else None
    return {
        "decided_on_behalf_of": given.represented() if given else None,
        "delegation_id": given.id if given else None,
    }


def record(
    revision: Revision,
    happened: str,
    user_id: str | None,
    *,
    public: bool = False,
    **told: Any,
) -> None:
    """Write the event of a step. The log's lock is held from here to the commit."""
    acting = capacity_in(user_id, revision.agency_id)
    if acting and acting.delegation:
        told |= told_of(acting.delegation)
    events.record(
        f"revision.{happened}",
        object_type="dataset",
        object_id=revision.dataset_id,
        actor=user_id,
        agency=revision.agency_id,
        public=public,
        revision=revision.id,
        kind=revision.kind,
        digest=revision.digest,
        data_period=revision.data_period,
        **told,
    )
