"""What was changed behind the portal's back.

Compares what is published with the digests and the log: the frozen content of every
version with its digest and the event of its publication, the dataset's rows with the
content, the bytes of its files and the rows of its tables with their addresses. Nobody
who went through the portal can make a difference; who administers the database or the
file system can, and is found out here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.approval import digest, states
from ckanext.sonla.approval.drafting import opening
from ckanext.sonla.approval.history import versions
from ckanext.sonla.approval.lifecycle import serving
from ckanext.sonla.approval.lifecycle.model import Erasure
from ckanext.sonla.approval.model import Revision, published_of
from ckanext.sonla.shared import auditing
from ckanext.sonla.shared.events import Event

from . import content as integrity_content
from . import files as integrity_files
from .finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ckanext.sonla.approval.history.versions import Version

_ATTEMPTS = 3


def check(dataset: str | None = None) -> Iterator[Finding]:
    """Check everything, or one dataset by its id or name, and yield what is wrong."""
    if dataset is None:
        yield from _log()
        yield from _seals()
        yield from _never_approved()
        yield from _never_recorded()
    for dataset_id in datasets(dataset):
        yield from _settled(dataset_id)


def datasets(dataset: str | None = None) -> list[str]:
    """Return the ids of the datasets that have published anything, or of one."""
    query = sa.select(Revision.dataset_id).where(Revision.state.in_(states.PUBLIC))
    if dataset is not None:
        package = model.Package.get(dataset)
        query = query.where(Revision.dataset_id == (package.id if package else dataset))
    return sorted(model.Session.scalars(query.distinct()))


def _settled(dataset_id: str) -> list[Finding]:
    """Check a dataset; again if it was published anew in the middle."""
    found: list[Finding] = []
    for _ in range(_ATTEMPTS):
        model.Session.rollback()
        before = _state_of(dataset_id)
        found = list(_dataset(dataset_id))
        model.Session.rollback()
        if not found or _state_of(dataset_id) == before:
            break
    return found


def _state_of(dataset_id: str) -> Any:
    rows = model.Session.execute(
        sa.select(Revision.id, Revision.state, Revision.version)
        .where(Revision.dataset_id == dataset_id)
        .order_by(Revision.id)
    )
    return [tuple(row) for row in rows], serving.is_served(dataset_id)


def _dataset(dataset_id: str) -> Iterator[Finding]:
    package = model.Package.get(dataset_id)
    name = package.name if package else dataset_id
    found = versions.versions(dataset_id)
    yield from _digests(name, found)
    published = published_of(dataset_id)
    if published is None:
        yield Finding("no version is published any more", name)
    elif package is None:
        yield Finding("the dataset is gone", name)
    else:
        yield from integrity_content.check(package, published)
    yield from integrity_files.check(name, found)


def _log() -> Iterator[Finding]:
    broken = auditing.verify().broken
    if broken is not None:
        yield Finding(broken.reason, field=f"event {broken.seq}")


def _seals() -> Iterator[Finding]:
    """Yield the database's guards that somebody switched off."""
    off = model.Session.execute(
        sa.text(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger"
            " WHERE tgname LIKE 'sonla%' AND tgenabled NOT IN ('O', 'A')"
            " ORDER BY 1, 2"
        )
    )
    for table, name in off:
        yield Finding(
            "a guard of the database is switched off", field=f"{table}.{name}"
        )


def _never_approved() -> Iterator[Finding]:
    """Yield datasets that the public sees and nobody approved."""
    approved = sa.select(Revision.dataset_id).where(Revision.state == states.PUBLISHED)
    names = model.Session.scalars(
        sa.select(model.Package.name)
        .where(
            model.Package.type == opening.DATASET_TYPE,
            model.Package.state == model.State.ACTIVE,
            model.Package.private.is_(False),
            model.Package.id.not_in(approved),
        )
        .order_by(model.Package.name)
    )
    for name in names:
        yield Finding("it is public and nobody approved it", name)


def _never_recorded() -> Iterator[Finding]:
    """Yield publications of the log whose revision is not there any more."""
    known = set(
        model.Session.scalars(
            sa.select(Revision.id).where(Revision.state.in_(states.PUBLIC))
        )
    )
    events = model.Session.scalars(
        sa.select(Event).where(Event.name == "revision.published").order_by(Event.seq)
    )
    for event in events:
        if event.data.get("revision") not in known:
            package = model.Package.get(event.object_id)
            yield Finding(
                "the log says that it was published, but there is no such revision",
                package.name if package else event.object_id,
                field=f"revision {event.data.get('revision')}",
            )


def _digests(name: str, found: list[Version]) -> Iterator[Finding]:
    if not found:
        return
    dataset_id = found[0].revision.dataset_id
    recorded = _recorded(dataset_id)
    erased = _is_erased(dataset_id)
    for version in found:
        revision = version.revision
        place = f"version {version.number}"
        actual = digest.digest_of(revision.content or {})
        # A decision of erasure changes the content; digest and event stay.
        if actual != revision.digest and not (
            erased and "erased" in (revision.content or {})
        ):
            yield Finding(
                "the frozen content is not what its digest names",
                name,
                field=place,
                expected=revision.digest,
                found=actual,
            )
        if revision.id not in recorded:
            yield Finding("the log knows of no such publication", name, field=place)
        elif recorded[revision.id] != revision.digest:
            yield Finding(
                "its digest is not the one in the log",
                name,
                field=place,
                expected=recorded[revision.id],
                found=revision.digest,
            )


def _recorded(dataset_id: str) -> dict[str, str | None]:
    events = model.Session.scalars(
        sa.select(Event).where(
            Event.object_type == "dataset",
            Event.object_id == dataset_id,
            Event.name == "revision.published",
        )
    )
    return {event.data["revision"]: event.data.get("digest", "") for event in events}


def _is_erased(dataset_id: str) -> bool:
    return bool(
        model.Session.scalar(
            sa.select(sa.exists().where(Erasure.dataset_id == dataset_id))
        )
    )
