"""How big a file may be: policy options, so that a bigger machine may allow more."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace

# PostgreSQL allows 1,600 columns; `_id` and `_full_text` are CKAN's.
POSTGRES_COLUMNS = 1600 - 2


@dataclass(frozen=True)
class Limits:
    """The most that one file may hold.

    `unpacked` bytes is what a ZIP container may grow to; `line` and `cell` count
    characters; `findings` is how many are kept, all are counted. A reader's own process
    may take `memory` bytes of addresses and `seconds`, `preview_seconds` while somebody
    waits for a page.
    """

    bytes: int
    unpacked: int
    line: int
    cell: int
    columns: int
    rows: int
    findings: int
    memory: int = 1_500_000_000
    seconds: int = 1800
    preview_seconds: int = 30


def current() -> Limits:
    """Return the limits of the policy."""
    # A reader's own process has no policy to ask.
    from ckanext.sonla.shared import policy  # noqa: PLC0415 - as above

    return Limits(
        bytes=policy.number("intake_bytes"),
        unpacked=policy.number("intake_unpacked_bytes"),
        line=policy.number("intake_line_characters"),
        cell=policy.number("intake_cell_characters"),
        columns=min(policy.number("intake_columns"), POSTGRES_COLUMNS),
        rows=policy.number("intake_rows"),
        findings=policy.number("intake_findings"),
        memory=policy.number("intake_memory_bytes"),
        seconds=policy.number("intake_seconds"),
        preview_seconds=policy.number("intake_preview_seconds"),
    )


def of_own_file() -> Limits:
    """Return the limits of a file that the portal itself made of rows it brought.

    How many these may be is limited where they are brought.
    """
    return replace(current(), bytes=sys.maxsize, rows=sys.maxsize)
