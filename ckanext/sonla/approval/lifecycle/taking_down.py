"""Take-down and restore: what the operator may do to what is published, and how.

A take-down is immediate, reasoned and public; it changes nothing of the content. The
agency then answers. Until the operator restores the dataset, nothing that the agency
publishes of it meets the public either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.plugins import get_permission_labels
from ckanext.sonla.approval import hand, steps
from ckanext.sonla.approval.model import published_of
from ckanext.sonla.shared import clock, events, policy
from ckanext.sonla.shared.roles import LEADER, OPERATOR, appointment_of

from . import mails as office_notices
from . import serving
from .model import TakeDown

if TYPE_CHECKING:
    from ckan.types import DataDict

CORRECT = "correct"
RETIRE = "retire"
RESTORE = "restore"
# What an agency may answer: it corrects by an update, retires, or asks to restore.
ANSWERS = (CORRECT, RETIRE, RESTORE)


def take_down(package: model.Package, user_id: str | None, reason: str) -> TakeDown:
    """Take a published dataset from the public's sight, in the caller's transaction."""
    _is_operator(user_id)
    serving.lock(package.id)
    if published_of(package.id) is None:
        raise steps.conflict(
            "dataset_id", tk._("Nothing of this dataset has been published yet")
        )
    if serving.take_down_of(package.id) is not None:
        raise steps.conflict("dataset_id", tk._("This dataset is taken down already"))
    taken = TakeDown(
        dataset_id=package.id,
        agency_id=package.owner_org,
        reason=reason,
        taken_by=user_id,
        taken=clock.now(),
    )
    model.Session.add(taken)
    model.Session.flush()
    _show(package, private=True)
    office_notices.send("taken_down", taken)
    _record("taken_down", taken, user_id, reason=reason)
    return taken


def restore(package: model.Package, user_id: str | None, reason: str) -> TakeDown:
    """Give the public back what was approved, in the caller's transaction."""
    _is_operator(user_id)
    serving.lock(package.id)
    taken = _standing(package.id)
    taken.restored, taken.restored_by = clock.now(), user_id
    taken.restore_reason = reason
    model.Session.flush()
    _show(package, private=False)
    office_notices.send("restored", taken)
    _record("restored", taken, user_id, reason=reason)
    return taken


def answer(package: model.Package, user_id: str | None, asked: DataDict) -> TakeDown:
    """Note what the agency will do, in the caller's transaction."""
    serving.lock(package.id)
    taken = _standing(package.id)
    held = appointment_of(user_id)
    if not held or held.role != LEADER or held.agency_id != taken.agency_id:
        raise tk.NotAuthorized(
            tk._("Only the agency's own {roles} may do this").format(roles=LEADER)
        )
    taken.answer, taken.answer_text = asked["answer"], asked["text"]
    taken.answered, taken.answered_by = clock.now(), user_id
    model.Session.flush()
    office_notices.send("answered", taken)
    _record("take_down_answered", taken, user_id, answer=asked["answer"])
    return taken


def listed(
    asked: DataDict, *, agency_id: str | None = None
) -> tuple[int, list[TakeDown]]:
    """Return how many take-downs there are and a page of them, the newest first."""
    query = sa.select(TakeDown)
    if asked.get("dataset_id"):
        query = query.where(TakeDown.dataset_id == asked["dataset_id"])
    if asked.get("standing") is not None:
        stands = TakeDown.restored.is_(None)
        query = query.where(stands if asked["standing"] else ~stands)
    if agency_id:
        query = query.where(TakeDown.agency_id == agency_id)
    count = model.Session.scalar(
        sa.select(sa.func.count()).select_from(query.subquery())
    )
    page = query.order_by(TakeDown.taken.desc(), TakeDown.id)
    page = page.limit(asked["limit"]).offset(asked["offset"])
    return count or 0, list(model.Session.scalars(page))


def shown(taken: TakeDown) -> dict[str, Any]:
    """Return a take-down as everybody may read it: offices for persons, no content."""
    package = model.Package.get(taken.dataset_id)
    agency = model.Group.get(taken.agency_id)
    office = model.Group.get(policy.text("operating_office"))
    return {
        "id": taken.id,
        "dataset_id": taken.dataset_id,
        "dataset": package.name if package else None,
        "catalogue_entry": package.extras.get("catalogue_entry") if package else None,
        "agency": agency.name if agency else taken.agency_id,
        "agency_title": agency.display_name if agency else None,
        "taken_by": office.name if office else None,
        "taken_by_title": office.display_name if office else None,
        "state": "restored" if taken.restored else serving.TAKEN_DOWN,
        "reason": taken.reason,
        "taken": clock.iso_z(taken.taken),
        "answer": taken.answer,
        "answer_text": taken.answer_text,
        "answered": clock.iso_z(taken.answered) if taken.answered else None,
        "restored": clock.iso_z(taken.restored) if taken.restored else None,
        "restore_reason": taken.restore_reason,
    }


def _standing(dataset_id: str) -> TakeDown:
    taken = serving.take_down_of(dataset_id)
    if taken is None:
        raise steps.conflict("dataset_id", tk._("This dataset is not taken down"))
    return taken


def _is_operator(user_id: str | None) -> None:
    """Refuse everybody else, `ignore_auth` or not; the database asks once more."""
    held = appointment_of(user_id)
    if not held or held.role != OPERATOR:
        raise tk.NotAuthorized(tk._("Only an operator may do this"))


def _show(package: model.Package, *, private: bool) -> None:
    """Hide a dataset or show it again: its row, its index, CKAN's diary of it."""
    model.Session.execute(
        sa.update(model.Package)
        .where(model.Package.id == package.id)
        .values(private=private)
    )
    model.Session.expire(package)
    if p.plugin_loaded("activity"):
        _hide_diary(package)
    hand.index(package.id)


def _hide_diary(package: model.Package) -> None:
    """Let CKAN's diary of a dataset be read by those who may read the dataset now."""
    labels = get_permission_labels().get_dataset_labels(package)
    model.Session.execute(
        sa.text(
            "UPDATE activity SET permission_labels = :labels WHERE object_id = :id"
        ).bindparams(labels=labels, id=package.id)
    )


def _record(happened: str, taken: TakeDown, user_id: str | None, **told: Any) -> None:
    events.record(
        f"dataset.{happened}",
        object_type="dataset",
        object_id=taken.dataset_id,
        actor=user_id,
        take_down=taken.id,
        **told,
    )
