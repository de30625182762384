"""Excusing: the operator says why something isn't owed; the public reads it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import clock, events

from .model import Obligation


def excuse(obligation_id: str, reason: str, actor: str | None) -> Obligation:
    """Excuse what hasn't come, in the caller's transaction.

    Args:
        actor: the operator's id.

    Raises:
        ObjectNotFound: there is no such obligation.
        ValidationError: it was met, excused or closed.
    """
    found = _locked(obligation_id)
    if found.met_at is not None:
        raise _conflict(tk._("The obligation has been met: there is nothing to excuse"))
    if found.excused_at is not None:
        raise _conflict(tk._("The obligation is excused already"))
    if found.closed_at is not None:
        raise _conflict(tk._("The obligation is closed: nothing is owed any more"))
    found.excused_at, found.excused_by = clock.now(), actor
    found.excused_reason = reason
    _record("excused", found, actor, reason)
    return found


def withdraw(obligation_id: str, reason: str, actor: str | None) -> Obligation:
    """Take an excuse back, in the caller's transaction: it is owed as before.

    Raises:
        ObjectNotFound: there is no such obligation.
        ValidationError: it isn't excused.
    """
    found = _locked(obligation_id)
    if found.excused_at is None:
        raise _conflict(tk._("The obligation is not excused"))
    found.excused_at = found.excused_by = found.excused_reason = None
    _record("excuse_withdrawn", found, actor, reason)
    return found


def _locked(obligation_id: str) -> Obligation:
    found = model.Session.scalars(
        sa.select(Obligation)
        .where(Obligation.id == obligation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such obligation"))
    return found


def _conflict(message: str) -> tk.ValidationError:
    return tk.ValidationError({"id": [message]})


def _record(happened: str, found: Obligation, actor: str | None, reason: str) -> None:
    agency: Any = model.Group.get(found.agency_id)
    events.record(
        f"obligation.{happened}",
        object_type="obligation",
        object_id=found.id,
        actor=actor,
        entry=found.entry_code,
        of_agency=agency.name if agency else found.agency_id,
        kind=found.kind,
        period=found.period,
        due=found.due,
        reason=reason,
    )
