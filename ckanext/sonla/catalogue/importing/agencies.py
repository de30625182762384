"""Agencies in an annex's cells: of today and of before 2025, one, several, a class."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ckanext.sonla.catalogue.names import class_of
from ckanext.sonla.shared import policy
from ckanext.sonla.shared.msgid import N_

if TYPE_CHECKING:
    from ckanext.sonla.catalogue.directory import Directory

    from .found import Annex

_STRONG = re.compile(r"[;\n]|\s/\s|(?<=\w)/(?=[A-ZĐÂĂÊÔƠƯ])")
_WEAK = re.compile(r"(\s*,\s*|\s+(?:và|&)\s+)")
_BULLET = re.compile(r"^\s*(?:[-+*\u2022\u2013]|\d+[.)])\s*")


@dataclass
class Told:
    """What a cell says: agencies by name, a class, and texts that are neither."""

    agencies: list[str] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


class Agencies:
    """Reads cells of agencies, and notes what it had to guess."""

    def __init__(self, found: Annex, directory: Directory) -> None:
        self._found = found
        self._directory = directory

    def names(self, text: str) -> bool:
        """Tell whether a text is the name of one agency, as a heading may be."""
        return bool(self._directory.agency_id(text) or self._directory.successors(text))

    def read(self, row: int, column: str, text: str) -> Told:
        """Read a cell of one or several agencies."""
        told = Told()
        for part in _STRONG.split(text):
            if name := _BULLET.sub("", part).strip(" .;"):
                self._part(row, column, name, told)
        return told

    def _part(self, row: int, column: str, part: str, told: Told) -> None:
        """Read a part whole, or else by the longest names that it is made of."""
        if self._one(row, column, part, told):
            return
        pieces = _WEAK.split(part)
        start = 0
        while start < len(pieces):
            for end in range(len(pieces), start, -2):
                if self._one(row, column, "".join(pieces[start:end]), told):
                    break
            else:
                # What no name begins stays whole, so that the fault can name it.
                told.unknown.append("".join(pieces[start:]).strip())
                return
            start = end + 1

    def _one(self, row: int, column: str, text: str, told: Told) -> bool:
        agency_id = self._directory.agency_id(text)
        if agency_id:
            if self._directory.is_former(text, agency_id):
                self._guess(
                    row, column, N_("{value} is {agency} today."), text,
                    agency=self._directory.agency_title(agency_id),
                )  # fmt: skip
            _add(told.agencies, self._directory.agency_name(agency_id))
            return True
        kind = class_of(text)
        if kind:
            if not kind[1]:
                self._guess(
                    row, column,
                    N_("Districts ended on 1/7/2025: {value} was read as communes."),
                    text,
                )  # fmt: skip
            _add(told.classes, kind[0])
            return True
        return self._follower(row, column, text, told)

    def _follower(self, row: int, column: str, text: str, told: Told) -> bool:
        followers = self._directory.successors(text)
        if not followers:
            return False
        titles = [self._directory.agency_title(one) for one in followers]
        if len(titles) > 1:
            self._guess(
                row, column,
                N_("{value} was read as {agency}; {others} took over a part of it."),
                text, agency=titles[0], others=", ".join(titles[1:]),
            )  # fmt: skip
        else:
            self._guess(
                row, column, N_("{value} is {agency} today."), text, agency=titles[0]
            )
        _add(told.agencies, self._directory.agency_name(followers[0]))
        return True

    def _guess(
        self, row: int, column: str, message: str, text: str, **params: Any
    ) -> None:
        self._found.guesses(row, column, message, value=text[:200], **params)

    def refuse(self, row: int, column: str, texts: list[str]) -> None:
        """Note agencies that nobody knows, with the most similar name."""
        for text in texts:
            like = self._directory.like(text)
            if like:
                self._found.blocks(
                    row, column,
                    N_("There is no agency {value}. Is {agency} meant?"),
                    value=text[:200], agency=like,
                )  # fmt: skip
            else:
                self._found.blocks(
                    row, column, N_("There is no agency {agency}."),
                    value=text[:200], agency=text[:200],
                )  # fmt: skip

    def settle(
        self, row: int, lead: str | None, providers: str | None, given: set[str]
    ) -> dict[str, Any]:
        """Return `lead_agency` and `providers` by what the two cells say.

        Args:
            row: the row's number, for what is noted.
            lead: the cell of the agency in charge, or the heading above the row.
            providers: the cell of the providers.
            given: fields of which the file has a column.
        """
        main = self.read(row, "lead_agency", lead) if lead else Told()
        rest = self.read(row, "providers", providers) if providers else Told()
        self.refuse(row, "lead_agency", main.unknown)
        self.refuse(row, "providers", rest.unknown)
        if main.unknown or rest.unknown:
            return {}
        data: dict[str, Any] = {}
        leader = self._leader(row, main, rest)
        if leader:
            data["lead_agency"] = leader
        named = rest if providers else main
        if named.agencies or named.classes:
            data["providers"] = self._providers(row, named, leader, given)
        return {name: value for name, value in data.items() if value is not None}

    def _leader(self, row: int, main: Told, rest: Told) -> str | None:
        if len(main.agencies) > 1:
            self._found.guesses(
                row, "lead_agency",
                N_("Of several agencies the first, {agency}, is in charge."),
                agency=self._directory.agency_title(
                    self._directory.agency_id(main.agencies[0]) or ""
                ),
            )  # fmt: skip
        for names in (main.agencies, rest.agencies):
            if names:
                return names[0]
        if not main.classes and not rest.classes:
            return None
        # A class can't be in charge; article 5.1 names who urges and guides it.
        office = policy.text("operating_office")
        office_id = self._directory.agency_id(office)
        if office_id is None:
            return None
        self._found.guesses(
            row, "lead_agency",
            N_("No single agency is in charge; {agency} was put down."),
            agency=self._directory.agency_title(office_id),
        )  # fmt: skip
        return self._directory.agency_name(office_id)

    def _providers(
        self, row: int, named: Told, leader: str | None, given: set[str]
    ) -> Any:
        column = "providers" if "providers" in given else "lead_agency"
        if not named.classes:
            return named.agencies
        if len(named.classes) == 1 and set(named.agencies) <= {leader}:
            if named.agencies:
                self._found.guesses(
                    row, column,
                    N_("{agency} is in charge, the class of agencies provides."),
                    agency=self._directory.agency_title(
                        self._directory.agency_id(leader or "") or ""
                    ),
                )  # fmt: skip
            return {"kind": "class", "class": named.classes[0]}
        self._found.blocks(
            row, column,
            N_("An entry's providers are agencies or one class: split the line."),
        )  # fmt: skip
        return None


def _add(names: list[str], name: str) -> None:
    if name not in names:
        names.append(name)
