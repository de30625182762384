"""Rows that come from elsewhere than an upload, checked and compared as an upload is.

The feature that knows what tables are made of registers its `RowIntake`; the one that
brings rows asks `current`. Rows come as a CSV file in UTF-8 whose header names the
table's columns, so that what is checked is what is uploaded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


class BadCell(Exception):  # noqa: N818 - says what the cell is
    """A value that no cell can hold.

    Args:
        rule: its name.
        message: an English msgid.
        params: what fills it.
    """

    def __init__(self, rule: str, message: str, params: dict[str, Any]) -> None:
        super().__init__(rule)
        self.rule, self.message, self.params = rule, message, params


class Numbers(list[str]):
    """Texts of numbers as a database writes them: with a point, ungrouped."""


@dataclass(frozen=True)
class Asked:
    """What is to be checked.

    Args:
        path: the file of the rows.
        package: the dataset that they are for.
        resource: of it, with its `table`; it needs no file yet.
        base: the public table that they are compared with, by name; None without one.
        partial: whether they are only those rows that changed.
        newest: whether of rows with the same primary key the last one counts.
        left_out: rows that are bad already, by their numbers.
        most: so many bad rows are told of.
        keep: by which token the rows are kept for their load, where they change the
            public table; None to keep nothing. At most 50 letters.
    """

    path: Path
    package: dict[str, Any]
    resource: dict[str, Any]
    base: str | None = None
    partial: bool = False
    newest: bool = False
    left_out: frozenset[int] = frozenset()
    most: int = 10_000
    keep: str | None = None


@dataclass(frozen=True)
class Kept:
    """What a check has kept of a file's rows.

    Args:
        token: that was asked for.
        sha256: of the file that holds these rows and no others.
    """

    token: str
    sha256: str


@dataclass
class Checked:
    """What was found.

    Args:
        rows: that obey the rules.
        bad: findings, as dicts, by the row, which counts from 1 behind the header.
        overtaken: rows behind which a newer one with the same key came.
        blocking: findings of no row, for which nothing can be loaded.
        too_many: whether more rows are bad than were told of.
        added, changed, removed: against the public table.
        before: rows of the public table; None without one.
    """

    rows: int = 0
    bad: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    overtaken: set[int] = field(default_factory=set)
    blocking: list[dict[str, Any]] = field(default_factory=list)
    too_many: bool = False
    added: int = 0
    changed: int = 0
    removed: int = 0
    before: int | None = None


class RowIntake(Protocol):
    """What brings rows into a table."""

    def schema(
        self, package: dict[str, Any], resource: dict[str, Any]
    ) -> dict[str, Any] | None:
        """Return the Table Schema that governs a resource; None without one."""
        ...

    def writer(
        self, field: dict[str, Any]
    ) -> Callable[[Sequence[Any], dict[int, BadCell]], list[str]]:
        """Return what writes some values as a field's cells of a file.

        It notes by its place, from 0, what is wrong with a value that no cell can hold.
        """
        ...

    def check(self, asked: Asked) -> Checked:
        """Check and compare rows; nothing of them becomes a table."""
        ...

    def load(
        self, resource_id: str, columns: list[str], kept: Kept | None = None
    ) -> dict[str, Any]:
        """Load the file of a draft's resource now, every row of it, and tell the load.

        Args:
            resource_id: whose file has its header in the first row.
            columns: of that header.
            kept: its rows, as a check has kept them.
        """
        ...

    def forget(self, token: str) -> None:
        """Let go of what a check has kept."""
        ...

    def finish(self, resource_id: str) -> dict[str, Any]:
        """Load a draft's file now, as an officer's upload is, and tell the load."""
        ...


_registered: list[RowIntake] = []


def register(intake: RowIntake) -> None:
    """Register what brings rows into tables."""
    _registered[:] = [intake]


def current() -> RowIntake:
    """Return what brings rows into tables.

    Raises:
        LookupError: the feature that does is switched off.
    """
    if not _registered:
        raise LookupError("no feature takes rows in")
    return _registered[0]
