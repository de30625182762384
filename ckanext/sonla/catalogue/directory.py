"""Agencies and domains by whatever an outside text calls them."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import sqlalchemy as sa

from ckan import model


# Annexes repeat the same words in thousands of cells.
@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Return a text without accents, case and extra spaces, to compare by."""
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    plain = "".join(one for one in decomposed if not unicodedata.combining(one))
    return " ".join("".join(one if one.isalnum() else " " for one in plain).split())


@dataclass(frozen=True)
class Named:
    """An agency or a domain."""

    id: str
    name: str
    title: str
    title_en: str
    kind: str


@dataclass
class Directory:
    """All active agencies and domains, read once for many questions."""

    agencies: dict[str, Named] = field(default_factory=dict)
    domains: dict[str, Named] = field(default_factory=dict)
    _former: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def read(cls) -> Directory:
        """Read every active organization and group of the portal."""
        directory = cls()
        group = model.group_table.c
        for row in model.Session.execute(
            sa.select(
                group.id, group.name, group.title, group.extras, group.is_organization
            )
            .where(group.state == "active")
            .order_by(group.name)
        ):
            extras = row.extras or {}
            named = Named(
                row.id,
                row.name,
                row.title or row.name,
                extras.get("title_en", ""),
                extras.get("agency_kind", ""),
            )
            if row.is_organization:
                directory.agencies[row.id] = named
                directory._former[row.id] = [
                    *_lines(extras.get("former_names", "")),
                    extras.get("agency_code", ""),
                ]
            else:
                directory.domains[row.id] = named
        return directory

    @cached_property
    def _agency_ids(self) -> dict[str, str | None]:
        names: dict[str, str | None] = {}
        for one in self.agencies.values():
            for text in (one.id, one.name, one.title, *self._former[one.id]):
                _note(names, fold(text), one.id)
        return names

    @cached_property
    def _domain_ids(self) -> dict[str, str | None]:
        names: dict[str, str | None] = {}
        for one in self.domains.values():
            for text in (one.id, one.name, one.title, one.title_en):
                _note(names, fold(text), one.id)
        return names

    def agency_id(self, text: str) -> str | None:
        """Return the id of the agency so called: id, name, title, former name, code."""
        return self._agency_ids.get(fold(text))

    def domain_id(self, text: str) -> str | None:
        """Return the id of the domain so called: id, name or title."""
        return self._domain_ids.get(fold(text))

    def agency_name(self, agency_id: str) -> str:
        """Return an agency's name, or the text itself for something else."""
        known = self.agencies.get(agency_id)
        return known.name if known else agency_id

    def agency_title(self, agency_id: str) -> str:
        """Return an agency's title, or the text itself for something else."""
        known = self.agencies.get(agency_id)
        return known.title if known else agency_id

    def domain_name(self, domain_id: str) -> str:
        """Return a domain's name."""
        known = self.domains.get(domain_id)
        return known.name if known else domain_id

    def domain_title(self, domain_id: str) -> str:
        """Return a domain's title."""
        known = self.domains.get(domain_id)
        return known.title if known else domain_id


def _note(names: dict[str, str | None], text: str, found: str) -> None:
    """Keep a name; one that two share names nobody."""
    if text:
        names[text] = found if names.get(text, found) == found else None


def _lines(stored: str) -> list[str]:
    """Return the texts of a stored list field, a JSON list."""
    try:
        lines = json.loads(stored) if stored else []
    except ValueError:
        return [stored]
    return [str(one) for one in lines] if isinstance(lines, list) else [str(lines)]
