"""Erasure of personal data by a recorded decision.

It reaches everything that the portal keeps of a dataset: what is public, drafts, the
frozen content of every revision, tables that stepped back, files and exports, the
search, CKAN's diary, findings with samples. What is public changes in one switch, as
at a publication. The event and each revision's digest stay; what was taken out is
written down for ever, without what it was.
"""

from __future__ import annotations

import logging
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval import datastore, hand, states, steps, tables
from ckanext.sonla.approval.comparison import keeping
from ckanext.sonla.approval.faults import declare, fault
from ckanext.sonla.approval.history import versions
from ckanext.sonla.approval.lifecycle import serving
from ckanext.sonla.approval.lifecycle.model import Erasure, ErasureFile
from ckanext.sonla.approval.model import Revision, open_of, published_of
from ckanext.sonla.shared import clock, events, kept_files
from ckanext.sonla.shared.roles import OPERATOR, appointment_of

from . import asked, ending, live
from . import content as erasing_content
from . import tables as erasing_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .live import Work

log = logging.getLogger(__name__)

declare("erase", "erasing", "erased")


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
        ValidationError: a leader has a revision before her, the thing isn't there, or
            tables or storage are away; nothing was changed.
    """
    _begin(revision.dataset_id, user_id)
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
    _decide(erasure, work, again=erasure_id is not None)
    fault("erased")
    _end(work.erasure_id)
    return model.Session.get_one(Erasure, work.erasure_id)


def _begin(dataset_id: str, user_id: str | None) -> None:
    """Let one erasure at a time, of an operator, reach a dataset that may change."""
    _is_operator(user_id)
    model.Session.execute(sa.select(sa.func.pg_advisory_xact_lock(ending.LOCK)))
    serving.lock(dataset_id)
    _nothing_frozen(dataset_id)


def _decide(erasure: Erasure, work: Work, *, again: bool) -> None:
    """Commit CKAN's half, or leave both as they were."""
    try:
        _carry_out(erasure, work, again=again)
        fault("erasing")
        model.Session.commit()
    except BaseException as error:
        model.Session.rollback()
        # A commit whose answer got lost may have been carried out.
        if not _is_written(work.erasure_id):
            _undo(work.erasure_id)
            _answer(error)
            raise


def _end(erasure_id: str) -> None:
    """Do what follows the decision; what is left of it, the tick does."""
    try:
        ending.finish(erasure_id)
    except (*datastore.DOWN, OSError):
        model.Session.rollback()
        log.exception("Erasure %s is decided and not ended yet", erasure_id)


def _carry_out(erasure: Erasure, work: Work, *, again: bool) -> None:
    """Do CKAN's half up to the commit, and prepare the DataStore's."""
    revisions = _revisions(erasure.dataset_id)
    packages = _packages(erasure.dataset_id, revisions)
    with _tables_half(erasure.id) as cursor:
        if cursor:
            for package_id in packages:
                live.clean_tables(cursor, work, package_id)
            erasing_tables.drop_old(cursor, [one.id for one in revisions])
            keeping.forget(cursor, [one.id for one in revisions])
        _write(erasure, work, revisions, packages)
        if not work.found and not again:
            raise steps.conflict("what", tk._("Nothing of it is there"))
        if cursor:
            erasing_tables.close(cursor, work.cleaned)


@contextmanager
def _tables_half(erasure_id: str) -> Iterator[Any]:
    """Give the cursor of the half that is prepared at the end; None without tables."""
    if not datastore.is_on():
        yield None
        return
    tables.ensure_old_schema()
    with erasing_tables.preparing(erasure_id) as cursor:
        yield cursor


def _write(
    erasure: Erasure, work: Work, revisions: list[Revision], packages: list[str]
) -> None:
    """Do CKAN's half, and say so in the log."""
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
    drafted = {one.package_id for one in revisions}
    live.clean_traces(sorted(drafted))
    kept_files.erase(sorted({erasure.dataset_id, *drafted}))
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


def _undo(erasure_id: str) -> None:
    if datastore.is_on():
        with datastore.or_later():
            erasing_tables.finish(erasure_id, commit=False)


def _answer(error: BaseException) -> None:
    """Say what was away; nothing was changed."""
    if isinstance(error, datastore.DOWN):
        raise steps.conflict(
            "datastore",
            tk._(
                "The tables cannot be reached and nothing was changed."
                " Please try again later."
            ),
        ) from error
    if isinstance(error, OSError):
        raise steps.conflict(
            "storage",
            tk._(
                "The tables could not be stored and nothing was changed."
                " Please try again later."
            ),
        ) from error


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
