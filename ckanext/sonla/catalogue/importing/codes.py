"""Codes: found again by name, proposed where there are none, and never twice."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.catalogue.folding import fold
from ckanext.sonla.shared.msgid import N_

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ckanext.sonla.catalogue.directory import Directory

    from .base import Base
    from .found import Annex, Line


def give(found: Annex, base: Base, directory: Directory) -> None:
    """Give every line a code.

    A line without one is the entry of the same name, of the same agency where several
    have it; so a second import of a file gives the same codes. Others get the next
    number: a code that was ever used is not used again.
    """
    has_column = any("code" in line.given for line in found.lines)
    said = {str(line.data["code"]).casefold() for line in found.lines if _code(line)}
    numbers = _numbers(base.used | said)
    names = _Names(base, said, directory)
    proposed = 0
    for line in found.lines:
        if _code(line):
            continue
        known = names.take(line)
        line.data["code"] = known or next(numbers)
        proposed += not known
        if has_column:
            found.guesses(
                line.row, "code", N_("There is no code; {code} was put down."),
                code=line.data["code"],
            )  # fmt: skip
    if proposed and not has_column:
        found.guesses(
            None, "code", N_("The file has no codes: {number} were proposed."),
            number=proposed,
        )  # fmt: skip
    _twice(found)


def _code(line: Line) -> Any:
    return line.data.get("code")


def _numbers(used: set[str]) -> Iterator[str]:
    prefix = tk.config["sonla.catalogue.code_prefix"]
    number = 0
    while True:
        number += 1
        code = f"{prefix}-{number:04}"
        if code.casefold() not in used:
            yield code


class _Names:
    """Entries by their names, each found once."""

    def __init__(self, base: Base, said: set[str], directory: Directory) -> None:
        self._directory = directory
        self._codes: dict[str, dict[str, str]] = defaultdict(dict)
        for code, entry in base.entries.items():
            if code.casefold() not in said:
                self._codes[fold(entry.title)][code] = entry.lead_agency_id

    def take(self, line: Line) -> str | None:
        """Return the code of the entry that a line names, if it names one."""
        codes = self._codes.get(fold(str(line.data.get("title", ""))))
        if not codes:
            return None
        lead = self._directory.agency_id(str(line.data.get("lead_agency", "")))
        same = [code for code, agency in codes.items() if agency == lead]
        chosen = same[0] if same else next(iter(codes)) if len(codes) == 1 else None
        if chosen:
            del codes[chosen]
        return chosen


def _twice(found: Annex) -> None:
    seen: dict[str, int] = {}
    for line in found.lines:
        code = str(line.data["code"])
        if code.casefold() in seen:
            found.blocks(
                line.row, "code", N_("The code {code} is in row {other} already."),
                code=code[:64], other=seen[code.casefold()], value=code[:64],
            )  # fmt: skip
        seen.setdefault(code.casefold(), line.row)
