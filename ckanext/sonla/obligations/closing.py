"""What is owed no longer: closed with the reason, which the public may read.

Only what isn't overdue yet is closed: what was missing when an agency closed, or an
entry was taken out, had been owed all the same, and stays as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared.msgid import N_

if TYPE_CHECKING:
    from datetime import date, datetime

REASONS = {
    "agency_closed": N_("The agency no longer exists"),
    "entry_retired": N_("A decision has taken the entry out of the catalogue"),
    "provider_dropped": N_("By a decision the agency no longer provides this entry"),
    "cycle_changed": N_("By a decision the entry has another update cycle"),
    "publish_by_changed": N_("A decision has changed the day of the first publication"),
}
_OPEN = "o.met_at IS NULL AND o.excused_at IS NULL AND o.closed_at IS NULL"
_CLOSE = f"""
WITH ended AS (
    SELECT o.id, CASE
        WHEN agency.id IS NULL THEN 'agency_closed'
        WHEN c.value IS NOT NULL AND o.kind = 'publish_by' THEN 'publish_by_changed'
        WHEN c.value IS NOT NULL AND o.kind = 'periodic' THEN CASE
            -- Whose period was over when the cycle changed is owed as before.
            WHEN o.opens > c.since THEN 'cycle_changed' END
        WHEN c.value IS NOT NULL THEN NULL
        WHEN EXISTS (
            SELECT FROM sonla_held_cycle AS h WHERE h.entry_code = o.entry_code
                AND (h.until IS NULL OR h.until > :today)
        ) THEN 'provider_dropped'
        ELSE 'entry_retired'
    END AS reason,
    -- The day on which it ended: what was overdue by then stays.
    coalesce((
        SELECT max(h.until) FROM sonla_held_cycle AS h
        WHERE h.entry_code = o.entry_code AND h.agency_id = o.agency_id
            AND h.until <= :today
    ), :today) AS day
    FROM sonla_obligation AS o
    LEFT JOIN sonla_held_cycle AS c
        ON c.entry_code = o.entry_code AND c.agency_id = o.agency_id
           AND (c.until IS NULL OR c.until > :today)
    LEFT JOIN "group" AS agency ON agency.id = o.agency_id AND agency.state = 'active'
    WHERE {_OPEN}
      AND NOT (o.kind = 'periodic' AND c.value IS NOT NULL AND c.value = o.cycle)
      AND NOT EXISTS (
        SELECT FROM sonla_held_publish_by AS p
        WHERE o.kind = 'publish_by' AND p.value = o.period
            AND p.entry_code = o.entry_code AND p.agency_id = o.agency_id
            AND (p.until IS NULL OR p.until > :today)
    )
)
UPDATE sonla_obligation AS o SET closed_at = :now, closed_reason = ended.reason
FROM ended
WHERE ended.id = o.id AND ended.reason IS NOT NULL AND o.due >= ended.day
"""  # noqa: S608 - its parts are constants


def close_ended(today: date, moment: datetime) -> int:
    """Close what editions and agencies ended, in the transaction that holds the pairs.

    Returns:
        How many obligations were closed.
    """
    closed = model.Session.execute(sa.text(_CLOSE), {"today": today, "now": moment})
    return closed.rowcount  # type: ignore[attr-defined]


def reason(code: str) -> str:
    """Return why an obligation was closed, in the reader's language."""
    return tk._(REASONS[code]) if code in REASONS else code
