"""A revision as a caller may see it: persons for insiders, offices for strangers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.shared import checks, clock
from ckanext.sonla.shared.roles import AUDITOR, OPERATOR

from . import states
from .callers import caller_of, sees
from .conversation import places, points
from .delegation.capacity import agencies_of, capacity_in
from .drafting import table_updates
from .lifecycle import serving
from .model import Revision, RevisionResource

if TYPE_CHECKING:
    from ckan.types import Context

_PERSONS = ("opened_by", "submitted_by", "decided_by", "decided_on_behalf_of")
_INSTANTS = ("publish_at", "opened", "submitted", "decided", "published")
_PLAIN = (
    "id",
    "dataset_id",
    "package_id",
    "kind",
    "state",
    "digest",
    "digest_version",
    "data_period",
    "delegation_id",
    "public_note",
    "version",
)


def shown(context: Context, revision: Revision) -> dict[str, Any]:
    """Return a revision, whole for insiders, without persons and talk for strangers."""
    agency = model.Group.get(revision.agency_id)
    office = agency.name if agency else revision.agency_id
    insider = sees(context, revision)
    result: dict[str, Any] = {name: getattr(revision, name) for name in _PLAIN}
    for name in _INSTANTS:
        result[name] = clock.iso_z(getattr(revision, name))
    result["updates"] = _updates(revision)
    result["agency"] = office
    result["agency_title"] = agency.display_name if agency else None
    name_of = _person if insider else lambda _: office
    for name in _PERSONS:
        person = getattr(revision, name)
        result[name] = name_of(person) if person else None
    result["editors"] = sorted({name_of(person) for person in revision.editors})
    if insider:
        result |= _inside(context, revision)
    return result


def _inside(context: Context, revision: Revision) -> dict[str, Any]:
    acting = capacity_in(context.get("user"), revision.agency_id)
    return {
        "comment": revision.comment,
        "note": revision.note,
        "findings": with_sentences(revision.findings, package_of(revision)),
        "comments": points.shown(revision, package_of(revision)),
        "resources": _resources(revision),
        "transitions": states.possible(acting.role, revision.state) if acting else [],
    }


def with_sentences(
    findings: list[dict[str, Any]], package: dict[str, Any] | None
) -> list[dict[str, Any]]:
    """Return stored findings, each with its sentence in the caller's language.

    `link` leads to the place in the package that the officer edits.
    """
    return [
        {
            **finding,
            "sentence": checks.sentence(finding),
            "link": places.link_to(finding, package),
        }
        for finding in findings or []
    ]


def package_of(revision: Revision) -> dict[str, Any] | None:
    """Return the package that the officer edits, as far as addresses need it."""
    package = model.Package.get(revision.package_id)
    if package is None or package.state == model.State.DELETED:
        return None
    return {"id": package.id, "name": package.name}


def _resources(revision: Revision) -> list[dict[str, Any]]:
    rows = model.Session.scalars(
        sa.select(RevisionResource).where(RevisionResource.revision_id == revision.id)
    )
    return [
        {
            "working_id": row.working_id,
            "public_id": row.public_id,
            "table_update": {"mode": row.mode, "period": row.period, "note": row.note},
            "part": row.part_sha256
            and {"sha256": row.part_sha256, "name": row.part_name},
        }
        for row in rows
    ]


def _updates(revision: Revision) -> list[dict[str, Any]]:
    """Return the tables that a revision doesn't replace as a whole, for everybody."""
    return [
        {
            "resource_id": row.public_id,
            "mode": row.mode,
            "period": row.period,
            "note": row.note,
        }
        for row in table_updates.of_revision(revision)
    ]


def _person(user_id: str) -> str:
    user = model.User.get(user_id)
    return user.name if user else user_id


def visible_to(context: Context) -> sa.ColumnElement[bool]:
    """Return the condition on `Revision` that holds for what a caller may see."""
    public = sa.and_(
        Revision.state.in_(states.PUBLIC), serving.served(Revision.dataset_id)
    )
    held = caller_of(context)
    if held is not None and held.role in (OPERATOR, AUDITOR):
        return sa.true()
    user = model.User.get(context.get("user") or None)
    if held is None and user and user.sysadmin and user.is_active:
        return sa.true()
    own = [held.agency_id] if held else []
    agencies = [*own, *agencies_of(context.get("user"))]
    return sa.or_(public, Revision.agency_id.in_(agencies)) if agencies else public
