"""Erasure of personal data by a recorded decision.

It reaches everything that the portal keeps of a dataset: what is public, drafts, the
frozen content of every revision, tables that stepped back, files and exports, the
search, CKAN's diary, findings with samples. What is public changes in one switch, as
at a publication. The event and each revision's digest stay; what was taken out is
written down for ever, without what it was.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval import hand, states, steps, tables
from ckanext.sonla.approval.comparison import keeping
from ckanext.sonla.approval.history import versions
from ckanext.sonla.approval.lifecycle import serving
from ckanext.sonla.approval.lifecycle.model import Erasure, ErasureFile
from ckanext.sonla.approval.model import Revision, open_of, published_of
from ckanext.sonla.shared import clock, events
from ckanext.sonla.shared.roles import OPERATOR, appointment_of

from . import asked, live
from . import content as erasing_content
from . import files as erasing_files
from . import tables as erasing_tables

if TYPE_CHECKING:
    from .live import Work

# Any constant will do, as long as nothing else in the database locks it.
LOCK = 7820106


def erase(
    revision: Revision,
    user_id: str | None,
    what: list[dict[str, Any]],
    decision: dict[str, str],
    erasure_id: str | None = None,
) -> Erasure:
    """Erase, commit, and take the bytes out of the store.

    Args:
        revision: where it was found; it is erased in all revisions of the dataset.
        what: see `sonla_revision_erase`.
        decision: `number`, `date` and `text`.
        erasure_id: of an erasure that is applied again after a backup came back.

    Raises:
        ValidationError: a leader has a revision before her, or the thing isn't there.
    """
    _is_operator(user_id)
    model.Session.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    serving.lock(revision.dataset_id)
    _nothing_frozen(revision.dataset_id)
    erasure = Erasure(
        id=erasure_id or str(uuid.uuid4()),
        revision_id=revision.id,
        dataset_id=revision.dataset_id,
        what=what,
        decision=decision,
        erased_by=user_id,
        erased=clock.now(),
        parts={},
    )
    targets = live.targets(revision, [asked.item(one) for one in what])
    work = live.Work(erasure.id, targets)
    try:
        _carry_out(erasure, work)
        if not work.found and erasure_id is None:
            raise steps.conflict("what", tk._("Nothing of it is there"))
        model.Session.commit()
    except BaseException:
        model.Session.rollback()
        if tables.is_on():
            erasing_tables.finish(erasure.id, commit=_is_written(erasure.id))
        raise
    if tables.is_on():
        erasing_tables.finish(erasure.id, commit=True)
        erasing_tables.rewrite(work.rewritten)
    _sweep(erasure)
    return erasure


def _carry_out(erasure: Erasure, work: Work) -> None:
    """Do CKAN's half, with the DataStore's prepared, up to the commit."""
    revisions = _revisions(erasure.dataset_id)
    packages = _packages(erasure.dataset_id, revisions)
    if tables.is_on():
        tables.ensure_old_schema()
        with erasing_tables.preparing(erasure.id) as cursor:
            for package_id in packages:
                live.clean_tables(cursor, work, package_id)
            erasing_tables.drop_old(cursor, [one.id for one in revisions])
    changed = {
        one.id: erasing_content.without(one.content or {}, work) for one in revisions
    }
    work.revisions = sorted(id_ for id_, content in changed.items() if content)
    if work.addresses:
        # The rows stand in the file too that the officer uploaded of a part.
        work.addresses |= versions.evidence(work.revisions)
    # The summary is part of the row that opens the seal, and the row never changes.
    erasure.parts = work.parts()
    model.Session.add(erasure)
    model.Session.flush()
    hand.pretend("sonla.erasing", erasure.id)
    for package_id in packages:
        live.clean_package(work, package_id)
    for one in revisions:
        erasing_content.put(one, changed[one.id])
    _put_current(erasure.dataset_id, work)
    live.clean_traces(sorted({one.package_id for one in revisions}))
    for address in sorted(work.addresses):
        model.Session.add(ErasureFile(erasure_id=erasure.id, address=address))
    model.Session.flush()
    for package_id in packages:
        hand.index(package_id)
    events.record(
        "revision.erased",
        object_type="dataset",
        object_id=erasure.dataset_id,
        actor=erasure.erased_by,
        revision=erasure.revision_id,
        erasure=erasure.id,
        decision=erasure.decision,
        what=[target.item.told() for target in work.targets],
        found=erasure.parts,
    )


def _put_current(dataset_id: str, work: Work) -> None:
    """Write what is public now into its revision's content, with the marks."""
    published = published_of(dataset_id)
    if published is None or not published.content:
        return
    if published.kind == states.RETIREMENT:
        return
    published.content = erasing_content.current(published, work)
    model.Session.flush()


def _revisions(dataset_id: str) -> list[Revision]:
    return list(
        model.Session.scalars(
            sa.select(Revision)
            .where(Revision.dataset_id == dataset_id)
            .order_by(Revision.opened)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def _packages(dataset_id: str, revisions: list[Revision]) -> list[str]:
    """Return the packages that hold content: what is public, and what is drafted."""
    drafted = {one.package_id for one in revisions if one.state in states.EDITABLE} - {
        dataset_id
    }
    present = [id_ for id_ in sorted(drafted) if model.Package.get(id_)]
    return [dataset_id, *present]


def _nothing_frozen(dataset_id: str) -> None:
    present = open_of(dataset_id)
    if present is not None and present.state in states.FROZEN:
        raise steps.conflict(
            "id",
            tk._(
                "A leader has a revision of this dataset before her: let it be returned"
                " or withdrawn first. The dataset can be taken down meanwhile."
            ),
            revision=present.id,
        )


def _is_operator(user_id: str | None) -> None:
    """Refuse everybody else, `ignore_auth` or not; the database asks once more."""
    held = appointment_of(user_id)
    if not held or held.role != OPERATOR:
        raise tk.NotAuthorized(tk._("Only an operator may do this"))


def _is_written(erasure_id: str) -> bool:
    return model.Session.get(Erasure, erasure_id) is not None


def _sweep(erasure: Erasure) -> None:
    """After the commit: the bytes, the list beside the backups, kept comparisons."""
    erasing_files.note(erasing_files.line(erasure))
    for revision in _revisions(erasure.dataset_id):
        keeping.forget(revision.id)
    model.Session.commit()
    erasing_files.sweep()


def shown(erasure: Erasure) -> dict[str, Any]:
    """Return an erasure for the operator: what was asked and what was found."""
    return {
        "id": erasure.id,
        "revision_id": erasure.revision_id,
        "dataset_id": erasure.dataset_id,
        "decision": erasure.decision,
        "what": [asked.item(one).told() for one in erasure.what],
        "found": erasure.parts,
        "erased": clock.iso_z(erasure.erased),
    }
