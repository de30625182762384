"""An obligation is met at the instant at which the leader approved what meets it.

A period is met by a publication, an update or a declaration of no change whose data
period it is, so a correction of a past period meets no current one; the first
publication meets the publish-by date; a declared change is met by what was submitted
after it. The first approval counts: what follows changes nothing of a met obligation.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ckan import model

from .model import in_bulk

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

# What a few revisions settle is found by indexes; what an outage left, in one reading.
FEW = 100
# o: the obligation; d: what was delivered
_MEETS = """
    d.entry_code = o.entry_code AND d.agency_id = o.agency_id AND (
        (o.kind = 'periodic' AND d.period = o.period
            AND d.kind IN ('publication', 'update', 'no_change'))
        OR (o.kind = 'publish_by' AND d.kind = 'publication')
        OR (o.kind = 'change' AND d.dataset_id = o.dataset_id
            AND d.kind IN ('update', 'no_change')
            AND d.submitted_at > o.answered_after)
    )
"""
# Time with the leader is told whole; the officer's counts from when it was due.
_MEET = f"""
WITH best AS (
    SELECT DISTINCT ON (o.id) o.id, o.opens_at, d.*
    FROM sonla_obligation AS o JOIN sonla_obligation_delivery AS d ON {_MEETS}
    WHERE o.met_at IS NULL AND d.approved_at IS NOT NULL
      AND (o.closed_at IS NULL OR d.approved_at < o.closed_at) AND {{touched}}
    ORDER BY o.id, d.approved_at, d.revision
), timed AS (
    SELECT best.*, extract(epoch FROM approved_at) AS ends,
           extract(epoch FROM opens_at) AS begins, with_leader.*
    FROM best, LATERAL (
        SELECT coalesce(sum(upto - since), 0) AS seconds, coalesce(sum(greatest(
                   0, upto - greatest(since, extract(epoch FROM opens_at))
               )), 0) AS within
        FROM (
            SELECT (turn ->> 0)::numeric AS since,
                   least((turn ->> 1)::numeric, extract(epoch FROM approved_at)) AS upto
            FROM jsonb_array_elements(best.turns) AS turn
        ) AS turns
    ) AS with_leader
)
UPDATE sonla_obligation AS o
SET met_at = timed.approved_at, met_by = timed.revision,
    submitted_at = timed.submitted_at, leader_seconds = timed.seconds,
    officer_seconds = greatest(0, timed.ends - timed.begins - timed.within)
FROM timed WHERE timed.id = o.id
"""  # noqa: S608 - its parts are constants
_OF_REVISIONS = """
    (o.entry_code, o.agency_id) IN (
        SELECT entry_code, agency_id FROM sonla_obligation_delivery
        WHERE revision = ANY(:revisions)
    )
"""
# An approval can be void: withdrawn or returned before its time of publication.
_UNMEET = """
UPDATE sonla_obligation AS o
SET met_at = NULL, met_by = NULL, submitted_at = NULL,
    leader_seconds = NULL, officer_seconds = NULL
WHERE o.met_by = ANY(:revisions) AND NOT EXISTS (
    SELECT FROM sonla_obligation_delivery AS d
    WHERE d.revision = o.met_by AND d.approved_at = o.met_at
)
"""
_WAITING = f"""
UPDATE sonla_obligation AS o SET submitted_at = waiting.since
FROM (
    SELECT o.id, max(d.submitted_at) AS since
    FROM sonla_obligation AS o
    LEFT JOIN sonla_obligation_delivery AS d
        ON d.submitted_at IS NOT NULL AND d.approved_at IS NULL AND {_MEETS}
    WHERE o.met_at IS NULL AND {{touched}}
    GROUP BY o.id
) AS waiting
WHERE waiting.id = o.id AND o.submitted_at IS DISTINCT FROM waiting.since
"""  # noqa: S608 - its parts are constants


def settle_by(revisions: Sequence[str]) -> None:
    """Settle what some revisions meet, or no longer meet, as they stand now."""
    asked = {"revisions": list(revisions)}
    with in_bulk() if len(revisions) > FEW else nullcontext():
        model.Session.execute(sa.text(_UNMEET), asked)
        for statement in (_MEET, _WAITING):
            text = statement.format(touched=_OF_REVISIONS)
            model.Session.execute(sa.text(text), asked)


def settle_made(moment: datetime) -> None:
    """Settle what was made at an instant: it may have been approved before."""
    for statement in (_MEET, _WAITING):
        text = statement.format(touched="o.made = :made")
        model.Session.execute(sa.text(text), {"made": moment})
