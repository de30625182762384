"""A correction of a past period: it carries a note that the public reads.

What was published of a period may have been used; so who changes it later says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from ckanext.sonla.approval import steps
from ckanext.sonla.approval.model import published_of
from ckanext.sonla.shared import clock

from . import table_updates

if TYPE_CHECKING:
    from ckanext.sonla.approval.model import Revision


def public_note(
    revision: Revision, asked: str | None, data_period: str | None
) -> str | None:
    """Return the public note that a revision is submitted with.

    It is what was said at the submission, or what was said of the tables.

    Raises:
        ValidationError: a past period is corrected and nobody says why; by the field
            `public_note`, with the periods in `periods`.
    """
    rows = table_updates.of_revision(revision)
    told = [row.note for row in rows if row.note]
    note = asked or "\n".join(dict.fromkeys(told)) or revision.public_note
    past = corrected(revision, data_period)
    if past and not note:
        raise steps.conflict(
            "public_note",
            tk._("A correction of a past period needs a note for the public"),
            periods=past,
        )
    return note


def corrected(revision: Revision, data_period: str | None) -> list[str]:
    """Return the periods before the published one that a revision changes."""
    before = published_of(revision.dataset_id)
    if before is None or not before.data_period:
        return []
    published = clock.parse_period(before.data_period)
    periods = set()
    if data_period and clock.parse_period(data_period).last < published.last:
        periods.add(data_period)
    for row in table_updates.of_revision(revision):
        # A month of the quarter that is published is not past yet.
        if row.period and clock.parse_period(row.period).last < published.first:
            periods.add(row.period)
    return sorted(periods)
