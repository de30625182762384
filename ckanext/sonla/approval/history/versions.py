"""The history of a dataset: what was published, when, and how long its files are kept.

A version is a published revision with its number: the first that a dataset published
is 1, and no number ever changes. What a version was stands in its frozen content.
"""

from __future__ import annotations

import datetime as dt
import mimetypes
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model
from ckan.lib.munge import munge_filename
from ckanext.sonla.approval import states
from ckanext.sonla.approval.model import Revision, RevisionResource
from ckanext.sonla.approval.storage import store
from ckanext.sonla.shared import clock, policy

if TYPE_CHECKING:
    from collections.abc import Iterable

_MONTHS = 3
FILE, TABLE = "file", "table"


@dataclass(frozen=True)
class Version:
    """A published state of a dataset."""

    revision: Revision
    number: int
    # What was published before it, and when the next one took its place.
    before: Revision | None
    ended: dt.datetime | None

    @property
    def content(self) -> dict[str, Any]:
        """What its digest covers."""
        return self.revision.content or {"dataset": {}, "resources": []}

    def kept_until(self) -> dt.date | None:
        """Return the last day on which its files are kept; None while it is current."""
        return retention_end(self.ended) if self.ended else None

    def is_kept(self) -> bool:
        """Tell whether its files are still to be had."""
        until = self.kept_until()
        return until is None or clock.today() <= until


@dataclass(frozen=True)
class Part:
    """A file of a version, or a table as the file that was frozen with it."""

    place: int
    kind: str
    name: str
    filename: str
    format: str
    mimetype: str
    sha256: str
    size: int | None
    rows: int | None


def versions(dataset_id: str) -> list[Version]:
    """Return what a dataset has published, the oldest first."""
    rows = model.Session.scalars(
        sa.select(Revision)
        .where(Revision.dataset_id == dataset_id, Revision.state.in_(states.PUBLIC))
        .order_by(Revision.published, Revision.id)
    ).all()
    after = [*[row.published for row in rows[1:]], None]
    return [
        Version(row, number, rows[number - 2] if number > 1 else None, ended)
        for number, (row, ended) in enumerate(zip(rows, after, strict=False), start=1)
    ]


def version_of(revision: Revision) -> Version | None:
    """Return the version that a revision is; None of what was never published."""
    if revision.state not in states.PUBLIC:
        return None
    found = versions(revision.dataset_id)
    return next((one for one in found if one.revision.id == revision.id), None)


def retention_end(ended: dt.datetime) -> dt.date:
    """Return the last day on which the files of a superseded version are kept.

    The end of the policy's last quarter after the one in which it was superseded.
    """
    day = ended.astimezone(clock.zone()).date()
    quarter = day.year * 4 + (day.month - 1) // _MONTHS
    year, index = divmod(quarter + policy.number("history_quarters") + 1, 4)
    return dt.date(year, index * _MONTHS + 1, 1) - dt.timedelta(days=1)


def parts(content: dict[str, Any]) -> list[Part]:
    """Return the files and tables that a frozen content names, in their order."""
    found: list[Part] = []
    for place, resource in enumerate(content.get("resources") or [], start=1):
        if resource.get("file"):
            found.append(_file(place, resource))
        if resource.get("table"):
            found.append(_table(place, resource))
    return found


def addresses(content: dict[str, Any] | None) -> set[str]:
    """Return the addresses of the files and tables that a frozen content names."""
    return {part.sha256 for part in parts(content or {})}


def kept_addresses(found: Iterable[Version]) -> set[str]:
    """Return the addresses that the versions within retention name."""
    kept: set[str] = set()
    for version in found:
        if version.is_kept():
            kept |= addresses(version.content) | evidence([version.revision.id])
    return kept


def evidence(revision_ids: list[str]) -> set[str]:
    """Return the files that held only some rows of a table, as they were uploaded."""
    found = model.Session.scalars(
        sa.select(RevisionResource.part_sha256).where(
            RevisionResource.revision_id.in_(revision_ids),
            RevisionResource.part_sha256.is_not(None),
        )
    )
    return {address for address in found if address}


def size_of(part: Part) -> int | None:
    """Return how many bytes a part has; None when they are gone."""
    try:
        return store.size(part.sha256)
    except FileNotFoundError:
        return None


def _file(place: int, resource: dict[str, Any]) -> Part:
    filename = munge_filename(resource.get("url") or resource.get("name") or "file")
    guessed = resource.get("mimetype") or mimetypes.guess_type(filename)[0]
    return Part(
        place=place,
        kind=FILE,
        name=resource.get("name") or filename,
        filename=filename,
        format=resource.get("format") or "",
        mimetype=guessed or "application/octet-stream",
        sha256=resource["file"]["sha256"],
        size=resource["file"].get("size"),
        rows=None,
    )


def _table(place: int, resource: dict[str, Any]) -> Part:
    table = resource["table"]
    name = resource.get("name") or resource.get("url") or "table"
    stem = munge_filename(name).rsplit(".", 1)[0] or "table"
    return Part(
        place=place,
        kind=TABLE,
        name=name,
        filename=f"{stem}.csv",
        format="CSV",
        mimetype="text/csv; charset=utf-8",
        sha256=table["sha256"],
        size=None,
        rows=table["rows"],
    )
