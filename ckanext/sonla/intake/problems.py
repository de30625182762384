"""What is wrong with a file or a table, as findings that a reader understands."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ckanext.sonla.shared.findings import BLOCKS, Finding


class Unreadable(Exception):  # noqa: N818 - says what the file is, not who failed
    """A file that can't be read as a table; `finding` says why.

    `known` is what its reader knew of it, such as the names of its `sheets`.
    """

    def __init__(self, rule: str, message: str, **place: Any) -> None:
        params = place.pop("params", {})
        self.known: dict[str, Any] = place.pop("known", {})
        self.finding = Finding(
            rule=rule, severity=BLOCKS, message=message, params=params, **place
        )
        super().__init__(message.format(**params))


class Findings:
    """Counts every finding and keeps the first ones (the policy's number).

    `rows_before` is how many rows of the file stand before the table's first one: a
    finding is told by its row in the file, as who mends it sees it there.
    """

    def __init__(self, keep: int) -> None:
        self.keep = keep
        self.rows_before = 0
        self.kept: list[Finding] = []
        self.count = 0
        self.blocking = 0

    def add(self, finding: Finding) -> None:
        """Count a finding, for as many cells as its `count` says."""
        self.count += finding.count
        if finding.row and self.rows_before:
            finding = replace(finding, row=finding.row + self.rows_before)
        if finding.severity == BLOCKS:
            self.blocking += finding.count
        # A finding that blocks must be seen, however many there are that don't.
        if len(self.kept) < self.keep or self.blocking == finding.count:
            self.kept.append(finding)

    def skip(self, count: int) -> None:
        """Count blocking findings of which others of the same rule were kept."""
        self.count += count
        self.blocking += count

    @property
    def first_blocking(self) -> Finding:
        """The first finding that blocks, of those that were kept."""
        return next(one for one in self.kept if one.severity == BLOCKS)

    @property
    def room(self) -> int:
        """How many more findings will be kept."""
        return self.keep - len(self.kept)

    def located(self, resource_id: str, table: str | None) -> list[dict[str, Any]]:
        """Return what was kept, with its resource and table, ready to be stored."""
        return [
            replace(finding, resource_id=resource_id, table=table).as_dict()
            for finding in self.kept
        ]
