"""Questions to the catalogue: what is in force, which entry, whose data.

Everything here reads. "In force" is a question of dates, never of a stored state, so
an edition approved for next month takes effect by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import clock

from .model import DECIDED, Edition, Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime


def edition_in_force(on: date | None = None) -> Edition | None:
    """Return the edition in force on a date, by default today."""
    on = on or clock.today()
    return model.Session.scalars(
        sa.select(Edition).where(
            Edition.state.in_(DECIDED),
            Edition.effective_date <= on,
            sa.or_(Edition.effective_until.is_(None), Edition.effective_until > on),
        )
    ).first()


def edition_at(moment: datetime) -> Edition | None:
    """Return the edition that was in force at an instant, as was known then.

    An edition decided later may name an earlier day: it had not begun at the instant.
    """
    return model.Session.scalars(
        sa.select(Edition)
        .where(
            Edition.state.in_(DECIDED),
            Edition.decided <= moment,
            Edition.effective_date <= clock.local_date(moment),
        )
        .order_by(Edition.effective_date.desc(), Edition.decided.desc())
        .limit(1)
    ).first()


def latest_edition() -> Edition | None:
    """Return the last decided edition, which may take effect only later."""
    return model.Session.scalars(
        sa.select(Edition).where(
            Edition.state.in_(DECIDED), Edition.effective_until.is_(None)
        )
    ).first()


def find_entry(code: str, on: date | None = None) -> Entry | None:
    """Return an entry by its code.

    Args:
        code: the entry's code.
        on: the date whose edition is asked; without one it is today's, and an entry
            that is no longer there comes from the last edition that had it.
    """
    in_force = edition_in_force(on)
    if in_force is not None:
        found = entry_of(in_force.id, code)
        if found is not None:
            return found
    if on is not None:
        return None
    return next(iter(former_entries([code])), None)


def former_entries(codes: Sequence[str]) -> list[Entry]:
    """Return entries by their codes, each from the last edition that had it."""
    return list(
        model.Session.scalars(
            sa.select(Entry)
            .distinct(Entry.code)
            .join(Edition)
            .where(
                Entry.code.in_(codes),
                Edition.state.in_(DECIDED),
                Edition.effective_date <= clock.today(),
            )
            .order_by(Entry.code, Edition.effective_date.desc(), Edition.decided.desc())
        )
    )


def entry_of(edition_id: str, code: str) -> Entry | None:
    """Return an edition's entry by its code."""
    return model.Session.scalars(
        sa.select(Entry).where(Entry.edition_id == edition_id, Entry.code == code)
    ).first()


def entries_of(edition_id: str, **where: Any) -> list[Entry]:
    """Return an edition's entries in their order, without those taken out.

    Args:
        edition_id: the edition.
        where: values of further columns, such as `lead_agency_id`.
    """
    return list(
        model.Session.scalars(
            sa.select(Entry)
            .filter_by(edition_id=edition_id, retired=False, **where)
            .order_by(Entry.position, Entry.code)
        )
    )


def state_of(entry: Entry, in_force: Edition | None) -> str:
    """Return `draft`, `in_force` or `retired`, given the edition in force today."""
    if entry.edition.state not in DECIDED:
        return "retired" if entry.retired else "draft"
    if entry.retired:
        return "retired"
    if in_force is not None and entry.edition_id == in_force.id:
        return "in_force"
    starts = entry.edition.effective_date
    return "draft" if starts and starts > clock.today() else "retired"


def is_in_force(entry: Entry) -> bool:
    """Tell whether an entry stands in today's edition."""
    return state_of(entry, edition_in_force()) == "in_force"


def provider_ids(entry: Entry) -> list[str]:
    """Return the ids of the agencies that owe an entry's data, active ones only."""
    return providers_of([entry])[entry.id]


def providers_of(entries: Iterable[Entry]) -> dict[str, list[str]]:
    """Return the providers of many entries by two queries at most."""
    entries = list(entries)
    classes = agencies_by_kind() if any(one.provider_class for one in entries) else {}
    active = _active({link.agency_id for entry in entries for link in entry.providers})
    return {
        entry.id: (
            classes.get(entry.provider_class or "", [])
            if entry.provider_kind == "class"
            else [one.agency_id for one in entry.providers if one.agency_id in active]
        )
        for entry in entries
    }


def extra_of(group_id: str, key: str) -> str | None:
    """Return a further field of an agency or a domain."""
    columns = model.group_table.c
    return model.Session.scalar(
        sa.select(columns["extras"][key].astext).where(columns["id"] == group_id)
    )


def agencies_by_kind() -> dict[str, list[str]]:
    """Return the ids of active agencies by their kind, in order of their names."""
    kind = model.group_table.c["extras"]["agency_kind"].astext
    found: dict[str, list[str]] = {}
    for agency_id, of_kind in model.Session.execute(
        sa.select(model.Group.id, kind)
        .where(
            model.Group.is_organization.is_(True),
            model.Group.state == "active",
            kind.is_not(None),
        )
        .order_by(model.Group.name)
    ):
        found.setdefault(of_kind, []).append(agency_id)
    return found


def _active(ids: set[str]) -> set[str]:
    if not ids:
        return set()
    return set(
        model.Session.scalars(
            sa.select(model.Group.id).where(
                model.Group.id.in_(ids), model.Group.state == "active"
            )
        )
    )


def licence_of(entry: Entry) -> str:
    """Return an entry's licence, or the portal's (article 10)."""
    return entry.licence or tk.config["sonla.catalogue.licence"]


def working_copy_of(package_id: str) -> str | None:
    """Return the dataset that a package is a revision's working copy of, if it is."""
    return _working_copies([package_id]).get(package_id)


def _working_copies(package_ids: list[str]) -> dict[str, str]:
    """Return which of some packages are working copies, and of which datasets.

    Approval keeps that in its own table. Features don't import one another and any
    may be off, so the table is asked for by name.
    """
    session = model.Session
    if session.scalar(sa.text("SELECT to_regclass('sonla_revision')")) is None:
        return {}
    rows = session.execute(
        sa.text(
            "SELECT package_id, dataset_id FROM sonla_revision "
            "WHERE package_id = ANY(:ids) AND dataset_id <> package_id"
        ),
        {"ids": package_ids},
    )
    return {row.package_id: row.dataset_id for row in rows}


def datasets_of(code: str, agency_id: str | None = None) -> list[model.Package]:
    """Return the datasets of an entry, drafts among them; no working copies.

    Args:
        code: the entry's code.
        agency_id: only this provider's.
    """
    package = model.Package
    query = sa.select(package).where(
        package.extras["catalogue_entry"].astext == code,
        package.type == "dataset",
        package.state != "deleted",
    )
    if agency_id is not None:
        query = query.where(package.owner_org == agency_id)
    found = model.Session.scalars(query.order_by(package.metadata_created)).all()
    copies = _working_copies([one.id for one in found])
    return [one for one in found if one.id not in copies]


def domains_in_order(on: date | None = None) -> list[str]:
    """Return the names of the domains in force, in the order of their first entries.

    Args:
        on: the date whose edition is asked, by default today.
    """
    edition = edition_in_force(on)
    if edition is None:
        return []
    first = sa.func.min(Entry.position)
    return list(
        model.Session.scalars(
            sa.select(model.Group.name)
            .join(Entry, Entry.domain_id == model.Group.id)
            .where(Entry.edition_id == edition.id, Entry.retired.is_(False))
            .group_by(model.Group.id, model.Group.name)
            .order_by(first, model.Group.name)
        )
    )


def _public() -> sa.Select[tuple[str, str, str]]:
    package = model.Package
    return sa.select(
        package.extras["catalogue_entry"].astext, package.id, package.name
    ).where(
        package.type == "dataset",
        package.state == "active",
        package.private.is_(False),
        package.extras["catalogue_entry"].astext.is_not(None),
    )


def public_datasets() -> list[tuple[str, str, str]]:
    """Return entry's code, id and name of every public dataset."""
    rows = model.Session.execute(_public().order_by(model.Package.name))
    return [row.tuple() for row in rows]


def public_datasets_version() -> str:
    """Return a text that differs as soon as a dataset is published or taken down."""
    rows = _public().subquery()
    ids = sa.func.string_agg(rows.c.id, aggregate_order_by(sa.literal(" "), rows.c.id))
    return str(model.Session.scalar(sa.select(sa.func.md5(ids))))
