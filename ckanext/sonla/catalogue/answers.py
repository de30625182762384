"""Editions and entries as the actions answer them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.shared import clock

from . import register
from .directory import Directory, fold
from .model import DECIDED, Edition, Entry, EntryProvider
from .vocabulary import CHANGES

if TYPE_CHECKING:
    from collections.abc import Iterable


def edition_dict(edition: Edition, *, with_persons: bool = False) -> dict[str, Any]:
    """Return an edition; persons only for those who may see drafts."""
    told: dict[str, Any] = {
        "id": edition.id,
        "kind": edition.kind,
        "state": edition.state,
        "base_id": edition.base_id,
        "note": edition.note,
        "decision_number": edition.decision_number,
        "decision_date": _iso(edition.decision_date),
        "effective_date": _iso(edition.effective_date),
        "effective_until": _iso(edition.effective_until),
        "document": edition.document,
        "created": clock.iso_z(edition.created),
        "submitted": clock.iso_z(edition.submitted) if edition.submitted else None,
        "decided": clock.iso_z(edition.decided) if edition.decided else None,
        "changed": clock.iso_z(edition.changed),
        "entries": _counts(edition.id),
    }
    if with_persons:
        told["comment"] = edition.comment
        told["submitted_by"] = edition.submitted_by
        told["decided_by"] = edition.decided_by
        told["editors"] = list(edition.editors)
    return told


def _iso(day: Any) -> str | None:
    return day.isoformat() if day else None


def _counts(edition_id: str) -> dict[str, int]:
    """Return how many entries an edition has, and how many by what changed."""
    rows = model.Session.execute(
        sa.select(Entry.change, sa.func.count())
        .where(Entry.edition_id == edition_id)
        .group_by(Entry.change)
    ).all()
    counts: dict[str, int] = dict.fromkeys(CHANGES, 0)
    counts.update(row.tuple() for row in rows)
    counts["total"] = sum(counts.values()) - counts["retired"]
    return counts


def entry_dicts(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return entries as dicts, asking once for all their agencies and domains."""
    entries = list(entries)
    directory = Directory.read()
    in_force = register.edition_in_force()
    providers = register.providers_of(entries)
    return [
        _entry_dict(entry, directory, in_force, providers[entry.id])
        for entry in entries
    ]


def _entry_dict(
    entry: Entry, directory: Directory, in_force: Edition | None, providers: list[str]
) -> dict[str, Any]:
    named = directory.by_title(one.agency_id for one in entry.providers)
    providers = directory.by_title(providers)
    return {
        "id": entry.id,
        "code": entry.code,
        "position": entry.position,
        "title": entry.title,
        "title_en": entry.title_en,
        "description": entry.description,
        "lead_agency": directory.agency_name(entry.lead_agency_id),
        "lead_agency_title": directory.agency_title(entry.lead_agency_id),
        "providers": {
            "kind": entry.provider_kind,
            "agencies": [directory.agency_name(one) for one in named],
            "class": entry.provider_class,
        },
        "provider_agencies": [directory.agency_name(one) for one in providers],
        "provider_titles": [directory.agency_title(one) for one in providers],
        "domain": directory.domain_name(entry.domain_id),
        "domain_title": directory.domain_title(entry.domain_id),
        "content_kind": entry.content_kind,
        "tables": entry.tables,
        "update_cycle": entry.update_cycle,
        "formats": list(entry.formats),
        "sharing": list(entry.sharing),
        "priority": entry.priority,
        "publish_by": _iso(entry.publish_by),
        "coordinating_agencies": [
            directory.agency_name(one) for one in entry.coordinating
        ],
        "coordinating_titles": [
            directory.agency_title(one) for one in entry.coordinating
        ],
        "source": entry.source,
        "note": entry.note,
        "licence": register.licence_of(entry),
        "edition_id": entry.edition_id,
        "decision_number": entry.edition.decision_number,
        "decision_date": _iso(entry.edition.decision_date),
        "effective_date": _iso(entry.edition.effective_date),
        "change": entry.change,
        "state": register.state_of(entry, in_force),
    }


def entry_query(edition_id: str, wanted: dict[str, Any]) -> sa.Select[tuple[Entry]]:
    """Return the query for an edition's entries.

    Args:
        edition_id: the edition.
        wanted: any of `agency` (provider or lead, id or name), `domain` (id or name),
            `q` (words, with or without accents), `update_cycle`, `content_kind`,
            `change`.
    """
    query = sa.select(Entry).where(Entry.edition_id == edition_id)
    if wanted.get("change"):
        query = query.where(Entry.change == wanted["change"])
    if wanted.get("agency"):
        query = query.where(_of_agency(model.Group.get(wanted["agency"])))
    if wanted.get("domain"):
        domain = model.Group.get(wanted["domain"])
        query = query.where(Entry.domain_id == (domain.id if domain else None))
    for name in ("update_cycle", "content_kind"):
        if wanted.get(name):
            query = query.where(getattr(Entry, name) == wanted[name])
    for word in fold(wanted.get("q") or "").split():
        query = query.where(Entry.searched.contains(word, autoescape=True))
    return query


def _of_agency(agency: model.Group | None) -> sa.ColumnElement[bool]:
    if agency is None:
        return sa.false()
    named = sa.exists().where(
        EntryProvider.entry_id == Entry.id, EntryProvider.agency_id == agency.id
    )
    kind = register.extra_of(agency.id, "agency_kind")
    by_class = Entry.provider_class == kind if kind else sa.false()
    return sa.or_(Entry.lead_agency_id == agency.id, named, by_class)


def visible_editions(*, drafts: bool) -> sa.Select[tuple[Edition]]:
    """Return the query for the editions that somebody may see, the newest first."""
    query = sa.select(Edition).order_by(
        Edition.effective_date.desc().nulls_first(), Edition.created.desc()
    )
    return query if drafts else query.where(Edition.state.in_(DECIDED))
