"""What an edition would do to what is published, before it is decided.

Each published dataset of an entry that the edition changes is held against the new
rules. What breaks them now and obeyed the old ones would stop conforming, and what
loses its entry or its place among the providers is asked for no more: the leader sees
which, how many rows and why, and accepts it with a reason or rejects the edition.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.catalogue import register
from ckanext.sonla.catalogue.model import Entry
from ckanext.sonla.shared import checks, events, table_rules

from .model import Nonconforming

if TYPE_CHECKING:
    from ckanext.sonla.catalogue.model import Edition
    from ckanext.sonla.shared.table_rules import Weighed

# The ways in which an edition can concern a dataset.
RETIRED, PROVIDER, TABLES = "retired", "provider", "tables"
SHOWN = 5


@dataclass(frozen=True)
class Concerned:
    """A published dataset that an edition concerns.

    `already` says that it broke the rules in force too, or is provided no more.
    """

    package: model.Package
    entry: Entry
    kind: str
    tables: list[Weighed] = field(default_factory=list)
    already: bool = False

    @property
    def rows(self) -> int:
        """How many rows its tables have, of those that don't conform."""
        return sum(one.rows for one in self.tables)

    @property
    def wrong(self) -> int:
        """How many of them break a rule."""
        return sum(one.wrong for one in self.tables)

    @property
    def is_harm(self) -> bool:
        """Tell whether it conforms, or is asked for, now and would not be any more."""
        return not self.already

    def as_dict(self) -> dict[str, Any]:
        """Return what `sonla_edition_impact` answers."""
        agency = model.Group.get(self.package.owner_org)
        return {
            "dataset_id": self.package.id,
            "name": self.package.name,
            "title": self.package.title,
            "agency": agency.name if agency else None,
            "agency_title": agency.title if agency else None,
            "entry": self.entry.code,
            "entry_title": self.entry.title,
            "kind": self.kind,
            "already": self.already,
            "rows": self.rows,
            "wrong": self.wrong,
            "tables": told(self.stored()),
        }

    def stored(self) -> list[dict[str, Any]]:
        """Return the tables as they are stored."""
        return [vars(one) for one in self.tables]


def told(tables: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return stored tables, each reason with its sentence for the caller."""
    return [
        {
            **table,
            "reasons": [
                {
                    "rule": one["rule"],
                    "column": one["column"],
                    "count": one["count"],
                    "row": one["row"],
                    "sentence": checks.sentence(one),
                }
                for one in table["reasons"]
            ],
        }
        for table in tables
    ]


def of(edition: Edition) -> list[Concerned]:
    """Return the published datasets that an edition concerns, the worst first."""
    before = register.latest_edition()
    if before is None or before.id == edition.id:
        return []
    old = _entries(before.id)
    new = _entries(edition.id)
    changed = {
        code: (entry, new.get(code))
        for code, entry in old.items()
        if _differs(entry, new.get(code))
    }
    found = []
    for package in _published(list(changed)):
        entry, then = changed[(package.extras or {})["catalogue_entry"]]
        concerned = _concerned(package, entry, then)
        if concerned is not None:
            found.append(concerned)
    return sorted(
        found, key=lambda one: (not one.is_harm, -one.wrong, one.package.name)
    )


def _entries(edition_id: str) -> dict[str, Entry]:
    query = sa.select(Entry).where(
        Entry.edition_id == edition_id, Entry.retired.is_(False)
    )
    return {entry.code: entry for entry in model.Session.scalars(query)}


def _differs(old: Entry, new: Entry | None) -> bool:
    return (
        new is None
        or old.tables != new.tables
        or (old.provider_kind, old.provider_class)
        != (new.provider_kind, new.provider_class)
        or {one.agency_id for one in old.providers}
        != {one.agency_id for one in new.providers}
    )


def _published(codes: list[str]) -> list[model.Package]:
    if not codes:
        return []
    package = model.Package
    return list(
        model.Session.scalars(
            sa.select(package).where(
                package.extras["catalogue_entry"].astext.in_(codes),
                package.type == "dataset",
                package.state == "active",
                package.private.is_(False),
            )
        )
    )


def _concerned(
    package: model.Package, old: Entry, new: Entry | None
) -> Concerned | None:
    if new is None:
        return Concerned(package, old, RETIRED, already=_is_lost(package, old))
    if package.owner_org not in register.providers_of([new])[new.id]:
        return Concerned(package, old, PROVIDER, already=_is_lost(package, old))
    if new.content_kind != "table" or old.tables == new.tables:
        return None
    wrong = table_rules.weigh(package.id, new.tables)
    if not wrong:
        return None
    already = table_rules.weigh(package.id, old.tables)
    return Concerned(package, new, TABLES, wrong, _is_as_before(wrong, already))


def _is_lost(package: model.Package, entry: Entry) -> bool:
    """Tell whether its agency has ended it, or isn't asked for it today either."""
    ended = not any(one.state == "active" for one in package.resources)
    return ended or package.owner_org not in register.provider_ids(entry)


def _is_as_before(new: list[Weighed], old: list[Weighed]) -> bool:
    """Tell whether nothing is broken that isn't broken already."""
    known = {
        (one.table, reason["rule"], reason["column"]): reason["count"]
        for one in old
        for reason in one.reasons
    }
    return all(
        known.get((one.table, reason["rule"], reason["column"]), -1) >= reason["count"]
        for one in new
        for reason in one.reasons
    )


def accept(edition: Edition, reason: str, actor: str | None) -> None:
    """Note, with the decision, what stops conforming and why that is accepted.

    Raises:
        ValidationError: datasets would stop conforming, or lose their entry or their
            place among its providers, and no reason is given.
    """
    concerned = of(edition)
    harm = [one for one in concerned if one.is_harm]
    if harm and not reason:
        raise tk.ValidationError(_refusal(harm))
    # The others become orphans, which the catalogue itself tells (office/orphans.py).
    for one in (one for one in concerned if one.kind == TABLES):
        model.Session.merge(
            Nonconforming(
                dataset_id=one.package.id,
                agency_id=one.package.owner_org,
                entry_code=one.entry.code,
                edition_id=edition.id,
                reason=reason if one.is_harm else "",
                total=one.rows,
                wrong=one.wrong,
                tables=one.stored(),
            )
        )
    if harm:
        events.record(
            "edition.impact_accepted",
            object_type="edition",
            object_id=edition.id,
            actor=actor,
            public=False,
            reason=reason,
            datasets=[one.package.id for one in harm],
            rows=sum(one.wrong for one in harm),
        )


def _refusal(harm: list[Concerned]) -> Any:
    return {
        "impact_reason": [
            tk.ungettext(
                "{count} published dataset would stop conforming or being asked for. "
                "Reject the edition, or say why it is decided all the same.",
                "{count} published datasets would stop conforming or being asked for. "
                "Reject the edition, or say why it is decided all the same.",
                len(harm),
            ).format(count=len(harm))
        ],
        "impact": [_why(one) for one in harm[:SHOWN]],
    }


def _why(one: Concerned) -> str:
    """Return in a sentence what an edition would do to a dataset."""
    title = one.package.title or one.package.name
    if one.kind == RETIRED:
        sentence = tk._("{title}: its entry {code} is taken out of the catalogue.")
        return sentence.format(title=title, code=one.entry.code)
    if one.kind == PROVIDER:
        sentence = tk._("{title}: its agency no longer provides the entry {code}.")
        return sentence.format(title=title, code=one.entry.code)
    return tk._("{title}: {wrong} of {rows} rows. {why}").format(
        title=title,
        wrong=one.wrong,
        rows=one.rows,
        why=" ".join(
            checks.sentence(reason)
            for table in one.tables
            for reason in table.reasons[:1]
        ),
    )
