"""Opening revisions, and remembering who edited them."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval import hand, states, steps
from ckanext.sonla.approval.model import Revision, latest_on, open_of, published_of
from ckanext.sonla.shared import drafts
from ckanext.sonla.shared.roles import OFFICER, holds

from . import working

DATASET_TYPE = "dataset"


def open_first(package: model.Package, user_id: str | None) -> Revision:
    """Open the revision that a dataset begins with, in the caller's transaction."""
    return _opened(package, package.id, states.PUBLICATION, user_id, drafted=True)


def open_for(package: model.Package, user_id: str | None) -> Revision:
    """Open a revision of a dataset, in the caller's transaction.

    A withdrawn revision is taken up where it was left. Otherwise a published dataset
    gets a working package, and one that was never published is edited itself.

    Raises:
        ValidationError: one is open already; its id is in `revision`.
    """
    dataset_id = dataset_of(package.id)
    package = dataset_or_404(dataset_id)
    only_one(dataset_id)
    published = published_of(dataset_id)
    left = _left_behind(dataset_id)
    if left is not None and not left.is_declared():
        revision = _opened(package, left.package_id, left.kind, user_id, dataset_id)
        working.hand_over(left, revision)
    elif published is None:
        revision = _opened(package, dataset_id, states.PUBLICATION, user_id, dataset_id)
    else:
        working_id = str(uuid.uuid4())
        revision = _opened(package, working_id, states.UPDATE, user_id, dataset_id)
        working.make(revision)
    if published is not None:
        revision.data_period = published.data_period
    return revision


def dataset_or_404(name_or_id: str) -> model.Package:
    """Return a dataset that isn't deleted, or raise `NotFound`."""
    package = model.Package.get(name_or_id)
    if package is None or package.state != model.State.ACTIVE:
        raise tk.ObjectNotFound(tk._("Dataset not found"))
    return package


def dataset_of(package_id: str) -> str:
    """Return the dataset that a package is, or that it is a working package of."""
    return (
        model.Session.scalar(
            sa.select(Revision.dataset_id)
            .where(Revision.package_id == package_id)
            .limit(1)
        )
        or package_id
    )


def with_editor(revision: Revision, user_id: str | None) -> list[str]:
    """Return those who edited a revision, and an account that did so now."""
    return sorted({*revision.editors, *([user_id] if user_id else [])})


@drafts.follower
def edited(package_id: str, user_name: str | None) -> None:
    """Remember, in the caller's transaction, that somebody edited a package.

    Raises:
        NotAuthorized: the revision that was drafted in it was withdrawn, and another
            one came after: what is written here would never be published.
    """
    if hand.by_own_hand() or not user_name or user_name == tk.config["ckan.site_id"]:
        return
    user = model.User.get(user_name)
    revision = latest_on(package_id)
    if not user or not revision:
        return
    if revision.state == states.WITHDRAWN and not _is_left(revision):
        raise tk.NotAuthorized(
            tk._(
                "The revision that this was drafted for was withdrawn, and another one "
                "came after it. To change the dataset, open a revision: "
                "sonla_revision_open."
            )
        )
    if user.id in revision.editors:
        return
    # Under its lock: two who edit at once both stay known.
    revision = steps.lock(revision.id)
    if revision.state in states.EDITABLE:
        revision.editors = with_editor(revision, user.id)
        model.Session.flush()


def deleted(package_id: str, user_name: str | None) -> None:
    """Discard, in the caller's transaction, the revision whose package goes."""
    user = model.User.get(user_name or None)
    revision = latest_on(package_id)
    if hand.by_own_hand() or user is None or revision is None:
        return
    revision = steps.lock(revision.id)
    # A technical account's deletion decides nothing in an officer's name.
    if revision.state in states.EDITABLE and holds(
        user.id, OFFICER, revision.agency_id
    ):
        steps.make(revision, "discard", user.id)


def begin(package: model.Package, kind: str, user_id: str | None) -> Revision:
    """Open a declaration, which is drafted nowhere, in the caller's transaction."""
    return _opened(package, package.id, kind, user_id)


def only_one(dataset_id: str) -> None:
    """Let one revision be opened at a time, and refuse it while another is open."""
    model.Session.execute(
        sa.select(model.Package.id)
        .where(model.Package.id == dataset_id)
        .with_for_update()
    )
    present = open_of(dataset_id)
    if present is not None:
        raise _is_open(present)


def alone(revision: Revision) -> None:
    """Refuse to go on with a withdrawn revision that another one came after."""
    if revision.state != states.WITHDRAWN:
        return
    only_one(revision.dataset_id)
    if not _is_left(revision):
        raise steps.conflict(
            "state",
            tk._("Another revision has come after this one: open a revision anew"),
        )


def _is_open(present: Revision) -> tk.ValidationError:
    return steps.conflict(
        "dataset_id",
        tk._("A revision of this dataset is open already"),
        revision=present.id,
    )


def _is_left(revision: Revision) -> bool:
    left = _left_behind(revision.dataset_id)
    return left is not None and left.id == revision.id


def _left_behind(dataset_id: str) -> Revision | None:
    """Return a withdrawn revision that nothing came after."""
    newest = model.Session.scalars(
        sa.select(Revision)
        .where(
            Revision.dataset_id == dataset_id,
            Revision.state != states.DISCARDED,
            # No change leaves a draft of before as right as it was.
            Revision.kind != states.NO_CHANGE,
        )
        .order_by(Revision.opened.desc())
        .limit(1)
    ).one_or_none()
    return newest if newest and newest.state == states.WITHDRAWN else None


def _opened(  # noqa: PLR0913 - a revision begins with these
    package: model.Package,
    package_id: str,
    kind: str,
    user_id: str | None,
    dataset_id: str | None = None,
    *,
    drafted: bool = False,
) -> Revision:
    revision = Revision(
        dataset_id=dataset_id or package.id,
        package_id=package_id,
        agency_id=package.owner_org,
        kind=kind,
        opened_by=user_id,
        editors=[user_id] if drafted and user_id else [],
    )
    model.Session.add(revision)
    model.Session.flush()
    steps.record(revision, "opened", user_id)
    return revision
