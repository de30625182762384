"""The figures of demand that the catalogue itself has, and all of them together."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.catalogue.directory import fold
from ckanext.sonla.catalogue.model import Entry
from ckanext.sonla.catalogue.register import edition_in_force
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.demand import (
    DemandSource,
    register_demand_source,
    registered,
)
from ckanext.sonla.shared.msgid import N_

from .model import DOWNLOAD, EMPTY_SEARCH, DemandCount

if TYPE_CHECKING:
    from collections.abc import Sequence

# Words of nearly every title say nothing about what somebody looked for.
_COMMON = frozenset(fold("danh sách dữ liệu thông tin về của các và tỉnh").split())


def _since() -> date:
    """Return the first day of the month a year ago."""
    today = clock.today()
    return date(today.year - 1, today.month, 1)


@register_demand_source
class Downloads(DemandSource):
    """Downloads of the entry's datasets within a year."""

    name = "downloads"
    title = N_("Downloads in a year")

    def of_entries(self, codes: Sequence[str]) -> dict[str, int]:
        code = model.Package.extras["catalogue_entry"].astext
        rows = model.Session.execute(
            sa.select(code, sa.func.sum(DemandCount.count))
            .join(model.Package, model.Package.id == DemandCount.subject)
            .where(
                DemandCount.kind == DOWNLOAD,
                DemandCount.month >= _since(),
                code.in_(codes),
            )
            .group_by(code)
        )
        return {row[0]: int(row[1]) for row in rows}


@register_demand_source
class EmptySearches(DemandSource):
    """Searches of a year that found nothing and whose words the title has."""

    name = "empty_searches"
    title = N_("Searches without result in a year")

    def of_entries(self, codes: Sequence[str]) -> dict[str, int]:
        edition = edition_in_force()
        if edition is None:
            return {}
        rows = model.Session.execute(
            sa.select(Entry.code, Entry.title).where(
                Entry.edition_id == edition.id, Entry.code.in_(codes)
            )
        ).all()
        counts = self.of_texts([row.title for row in rows])
        return {row.code: counts[row.title] for row in rows if row.title in counts}

    def of_texts(self, texts: Sequence[str]) -> dict[str, int]:
        searched = [(set(words.split()) - _COMMON, n) for words, n in empty_searches()]
        found: dict[str, int] = {}
        for text in texts:
            said = set(fold(text).split())
            count = sum(n for words, n in searched if words and words <= said)
            if count:
                found[text] = count
        return found


def empty_searches(limit: int = 1000) -> list[tuple[str, int]]:
    """Return what was searched for in vain within a year, the most wanted first."""
    total = sa.func.sum(DemandCount.count)
    rows = model.Session.execute(
        sa.select(DemandCount.subject, total)
        .where(DemandCount.kind == EMPTY_SEARCH, DemandCount.month >= _since())
        .group_by(DemandCount.subject)
        .order_by(total.desc(), DemandCount.subject)
        .limit(limit)
    )
    return [(row[0], int(row[1])) for row in rows]


def of_entries(codes: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Return every source's figure, `{name, title, count}`, by the entry's code."""
    return _figures(codes, "of_entries")


def of_texts(texts: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Return every source's figure, `{name, title, count}`, by a title."""
    return _figures(texts, "of_texts")


def _figures(asked: Sequence[str], question: str) -> dict[str, list[dict[str, Any]]]:
    told: dict[str, list[dict[str, Any]]] = {one: [] for one in asked}
    if not asked:
        return told
    for source in registered():
        counts: dict[str, int] = getattr(source, question)(list(asked))
        for one, figures in told.items():
            if counts.get(one):
                figures.append(
                    {
                        "name": source.name,
                        "title": tk._(source.title),
                        "count": counts[one],
                    }
                )
    return told
