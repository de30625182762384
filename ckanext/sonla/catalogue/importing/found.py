"""What was read of an annex: its lines, and what is to be said about them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass, field
from typing import Any

from ckanext.sonla.catalogue.annex.columns import HEADERS
from ckanext.sonla.shared.checks import BLOCKS, INFORMS

MOST_FAULTS = 1000
MOST_SKIPPED = 300


@dataclass
class Fault:
    """Something about a line of the file; `message` is an English msgid.

    One that blocks keeps the file out; one that informs tells what was guessed.
    """

    row: int | None
    column: str | None
    severity: str
    message: str
    params: dict[str, Any] = field(default_factory=dict)
    value: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return what is stored with the import."""
        return asdict(self)


@dataclass
class Line:
    """A line of the annex.

    Args:
        row: its number in the file.
        data: the entry's fields by the contract's names.
        given: the fields of which the file has a column.
        wish: what the line says that happens to the entry, if it does.
    """

    row: int
    data: dict[str, Any]
    given: set[str]
    wish: str | None = None


@dataclass
class Annex:
    """What an annex says.

    Args:
        lines: its lines.
        faults: what is to be said about them.
        columns: how each header was understood: `column` (its letter), `header`,
            `field`, and `how`: `known`, `guessed` or `ignored`.
        skipped: rows that are no line: `row`, `text`, and `what`: `title`, `header`,
            `heading` or `footer`.
        decision: the decision that a title above the annex names.
        unknown_domains: headings that name no domain, said once and not on each line.
        missing: columns that the file lacks and some line needs.
    """

    lines: list[Line] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    columns: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[dict[str, Any]] = field(default_factory=list)
    decision: str = ""
    unknown_domains: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)

    def blocks(
        self, row: int | None, name: str | None, message: str, /, **params: Any
    ) -> None:
        """Note a fault that keeps the file from being confirmed."""
        self._note(BLOCKS, row, name, message, params)

    def guesses(
        self, row: int | None, name: str | None, message: str, /, **params: Any
    ) -> None:
        """Note what was guessed, or left out, so that the operator looks at it."""
        self._note(INFORMS, row, name, message, params)

    def skips(self, row: int, what: str, text: str) -> None:
        """Note a row that is no line of the catalogue."""
        if len(self.skipped) < MOST_SKIPPED:
            self.skipped.append({"row": row, "what": what, "text": text[:200]})

    def statuses(self) -> dict[int, str]:
        """Return `refused` or `guessed` by row; the other rows were understood."""
        told: dict[int, str] = defaultdict(str)
        for one in self.faults:
            if one.row is not None and told[one.row] != "refused":
                told[one.row] = "refused" if one.severity == BLOCKS else "guessed"
        return dict(told)

    def told(self) -> list[dict[str, Any]]:
        """Return the faults as they are stored: those that block first, then by row."""
        self.faults.sort(key=lambda one: (one.severity != BLOCKS, one.row or 0))
        return [one.as_dict() for one in self.faults[:MOST_FAULTS]]

    def _note(
        self,
        severity: str,
        row: int | None,
        name: str | None,
        message: str,
        params: dict[str, Any],
    ) -> None:
        column = HEADERS.get(name, name) if name else None
        value = params.get("value")
        self.faults.append(Fault(row, column, severity, message, params, value))
