"""Published datasets follow their entries to another domain.

An edition in force may put an entry under another domain; what was published under the
entry goes along, as a public event (the first invariant's exception "change of an
entry, by decision"). Run by the clock, so that it happens on the edition's day, and by
the worker once an edition is approved; there is nothing left to do for a second run.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, array

from ckan import logic, model
from ckanext.sonla.shared import domains, events

from . import register
from .dataset import put_under_domain, theme_of
from .model import Edition, Entry
from .vocabulary import FREQUENCIES

# One transaction takes so many: a mass move does not hold its locks for long.
AT_ONCE = 100
# Beside the numbers that other locks of the catalogue bear.
LOCK = (782, 72)


@domains.places
def place_of(code: str) -> domains.Place | None:
    """Return the domain that the edition in force puts an entry under."""
    edition = register.edition_in_force()
    entry = register.entry_of(edition.id, code) if edition else None
    if entry is None or entry.retired:
        return None
    return domains.Place(
        entry.domain_id,
        theme_of(entry.domain_id),
        entry.update_cycle,
        FREQUENCIES[entry.update_cycle],
    )


def follow() -> int:
    """Bring datasets under the domain of their entry; commits by parts.

    Returns:
        How many were moved.
    """
    count, seen = 0, set()
    while True:
        model.Session.execute(sa.select(sa.func.pg_advisory_xact_lock(*LOCK)))
        edition = register.edition_in_force()
        # On its day an edition rules by its date; the clock's own step comes first.
        ready = edition is not None and edition.state == "in_force"
        due = _due(edition, seen) if edition is not None and ready else []
        count += sum(_moved(move, edition) for move in due)
        model.Session.commit()
        if len(due) < AT_ONCE:
            return count
        seen |= {move.dataset_id for move in due}


def _due(edition: Edition, seen: set[str]) -> list[domains.Move]:
    """Return the next datasets that stand under another domain than their entry."""
    package, member = model.Package, model.Member
    under = (
        sa.select(
            member.table_id.label("dataset_id"),
            sa.func.array_agg(model.Group.id).label("domains"),
        )
        .join(model.Group, model.Group.id == member.group_id)
        .where(
            member.table_name == "package",
            member.state == "active",
            model.Group.is_organization.is_(False),
        )
        .group_by(member.table_id)
        .subquery()
    )
    rows = model.Session.execute(
        sa.select(package.id, Entry.code, Entry.domain_id, under.c.domains)
        .join(Entry, Entry.code == package.extras["catalogue_entry"].astext)
        .outerjoin(under, under.c.dataset_id == package.id)
        .where(
            package.type == "dataset",
            package.state == "active",
            package.id.not_in(seen),
            Entry.edition_id == edition.id,
            Entry.retired.is_(False),
            under.c.domains.is_distinct_from(array([Entry.domain_id])),
        )
        .order_by(package.id)
        .limit(AT_ONCE)
    )
    return [
        domains.Move(id_, code, edition.id, domain_id, tuple(before or ()))
        for id_, code, domain_id, before in rows
    ]


def _moved(move: domains.Move, edition: Any) -> bool:
    """Move one dataset and log it; False when it has to stay for now."""
    asked = domains.opened(move)
    if asked == domains.HELD:
        return False
    put_under_domain(move.dataset_id)
    _put_theme(move)
    _index(move.dataset_id)
    if asked == domains.OPENED:
        package = model.Package.get(move.dataset_id)
        events.record(
            "dataset.domain_changed",
            object_type="dataset",
            object_id=move.dataset_id,
            agency=package.owner_org if package else None,
            entry=move.entry,
            before=[_name(one) for one in move.before],
            after=_name(move.domain_id),
            edition=edition.id,
            decision={"number": edition.decision_number, "date": edition.decision_date},
        )
    return True


def _put_theme(move: domains.Move) -> None:
    """Say the domain in DCAT's words too, which CKAN keeps with the dataset."""
    package = model.Package
    theme = sa.cast({"theme": theme_of(move.domain_id)}, JSONB)
    model.Session.execute(
        sa.update(package)
        .where(package.id == move.dataset_id)
        .values(extras=package.extras.op("||")(theme))
    )
    model.Session.expire_all()


def _index(package_id: str) -> None:
    """Index a dataset in the caller's transaction."""
    context: Any = {"user": "", "ignore_auth": True, "defer_commit": True}
    logic.index_update_package_dicts(
        logic.package_show_default_and_custom_schemas(context, package_id),
        defer_commit=True,
    )


def _name(group_id: str) -> str:
    group = model.Group.get(group_id)
    return group.name if group else group_id
