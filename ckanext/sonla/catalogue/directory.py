"""Agencies and domains by whatever an outside text calls them."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model

from .folding import fold
from .names import agency_key, words

if TYPE_CHECKING:
    from collections.abc import Iterable


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
            for text in {_key(text) for text in (one.id, one.name, one.title)}:
                _note(names, text, one.id)
        former: dict[str, str | None] = {}
        for one in self.agencies.values():
            for text in {_key(text) for text in self._former[one.id]}:
                _note(former, text, one.id)
        # An agency of today is not taken for one that bore its name before.
        return former | names

    @cached_property
    def _domain_ids(self) -> dict[str, str | None]:
        names: dict[str, str | None] = {}
        for one in self.domains.values():
            for text in (one.id, one.name, one.title, one.title_en):
                _note(names, fold(text), one.id)
        return names

    @cached_property
    def _successors(self) -> dict[str, list[str]]:
        """Successors of agencies of before, by the table of former names."""
        found: dict[str, list[str]] = {}
        for line in words().former:
            ids = [self._agency_ids.get(_key(one)) for one in line.successors]
            known = [one for one in ids if one]
            if known:
                found.setdefault(_key(line.name), known)
        return found

    @cached_property
    def _places(self) -> dict[str, int]:
        titled = sorted(
            self.agencies.values(), key=lambda one: (fold(one.title), one.id)
        )
        return {one.id: place for place, one in enumerate(titled)}

    def by_title(self, agencies: Iterable[str]) -> list[str]:
        """Return agencies' ids in the order of their titles; unknown ones last."""
        last = len(self._places)
        return sorted(agencies, key=lambda one: (self._places.get(one, last), one))

    def agency_id(self, text: str) -> str | None:
        """Return the id of the agency so called: id, name, title, former name, code."""
        return self._agency_ids.get(_key(text))

    def is_former(self, text: str, agency_id: str) -> bool:
        """Tell whether a text is what an agency was called before."""
        named = self.agencies[agency_id]
        return _key(text) not in {
            _key(one) for one in (named.id, named.name, named.title)
        } and fold(text) != fold(self._former[agency_id][-1])

    def successors(self, text: str) -> list[str]:
        """Return the ids of who follows an agency of before, the main one first."""
        return self._successors.get(_key(text), [])

    def like(self, text: str) -> str | None:
        """Return the title of the agency whose name is most like a text."""
        near = difflib.get_close_matches(_key(text), self._agency_ids, 1, 0.8)
        found = self._agency_ids.get(near[0]) if near else None
        return self.agency_title(found) if found else None

    def domain_id(self, text: str) -> str | None:
        """Return the id of the domain so called: id, name or title."""
        return self._domain_ids.get(fold(text))

    def domain_like(self, text: str) -> str | None:
        """Return the id of the one domain whose title has a text, or is within it."""
        folded = fold(text)
        if not folded:
            return None
        found = {
            one.id
            for one in self.domains.values()
            if f" {folded} " in f" {fold(one.title)} "
            or f" {fold(one.title)} " in f" {folded} "
        }
        return found.pop() if len(found) == 1 else None

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


def _key(text: str) -> str:
    return agency_key(text, fold(tk.config["sonla.portal.place"]))


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
