"""How big a file may be: policy options, so that a bigger machine may allow more."""

from __future__ import annotations

from dataclasses import dataclass

from ckanext.sonla.shared import policy

# PostgreSQL allows 1,600 columns; `_id` and `_full_text` are CKAN's.
POSTGRES_COLUMNS = 1600 - 2


@dataclass(frozen=True)
class Limits:
    """The most that one file may hold.

    `unpacked` bytes is what a ZIP container may grow to; `line` and `cell` count
    characters; `findings` is how many are kept, all are counted.
    """

    bytes: int
    unpacked: int
    line: int
    cell: int
    columns: int
    rows: int
    findings: int


def current() -> Limits:
    """Return the limits of the policy."""
    return Limits(
        bytes=policy.number("intake_bytes"),
        unpacked=policy.number("intake_unpacked_bytes"),
        line=policy.number("intake_line_characters"),
        cell=policy.number("intake_cell_characters"),
        columns=min(policy.number("intake_columns"), POSTGRES_COLUMNS),
        rows=policy.number("intake_rows"),
        findings=policy.number("intake_findings"),
    )
