"""Which agency owed which entry's data, and since when, read from the editions.

Invariant 5: an entry comes and goes by an edition. So every stretch of time follows
from the dates of the editions, whoever asks and however late: nothing is noted on the
way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.shared import owed, policy

if TYPE_CHECKING:
    from datetime import date

_STAMP = """
SELECT md5(string_agg(
    concat_ws(' ', id, effective_date, effective_until), ',' ORDER BY effective_date, id
))
FROM sonla_edition
WHERE state IN ('approved', 'in_force', 'superseded') AND effective_date <= :day
"""
_AGENCIES = """
SELECT md5(string_agg(
    concat_ws(' ', id, state, created, extras ->> 'agency_kind'), ',' ORDER BY id
))
FROM "group" WHERE is_organization
"""
# An edition that another one replaced on its very day was never in force. The numbers
# of the editions in which a value stood, less its own count of them, are equal as long
# as no edition came between that had another one.
_HELD = """
WITH edition AS (
    SELECT id, effective_date AS since, effective_until AS until,
           row_number() OVER (ORDER BY effective_date, decided) AS number
    FROM sonla_edition
    WHERE state IN ('approved', 'in_force', 'superseded') AND effective_date <= :day
      AND (effective_until IS NULL OR effective_until > effective_date)
), entry AS (
    SELECT e.id, e.code, e.title, e.domain_id, e.provider_kind, e.provider_class,
           edition.since, edition.until, edition.number, {value} AS value
    FROM edition JOIN sonla_entry AS e ON e.edition_id = edition.id
    WHERE NOT e.retired AND {value} IS NOT NULL
), agency AS (
    SELECT id, extras ->> 'agency_kind' AS kind,
           (created AT TIME ZONE 'UTC' AT TIME ZONE :zone)::date AS joined
    FROM "group" WHERE is_organization AND state = 'active'
), line AS (
    SELECT entry.*, agency.id AS agency_id, agency.joined
    FROM entry
    JOIN sonla_entry_provider AS p ON p.entry_id = entry.id
    JOIN agency ON agency.id = p.agency_id
    WHERE entry.provider_kind <> 'class'
    UNION ALL
    SELECT entry.*, agency.id, agency.joined
    FROM entry JOIN agency ON agency.kind = entry.provider_class
    WHERE entry.provider_kind = 'class'
), numbered AS (
    SELECT line.*, number - row_number() OVER (
        PARTITION BY code, agency_id, value ORDER BY number
    ) AS stretch
    FROM line
)
SELECT code AS entry_code, agency_id, value, min(since) AS since,
       CASE WHEN bool_or(until IS NULL) THEN NULL ELSE max(until) END AS until,
       max(joined) AS joined,
       (array_agg(title ORDER BY number DESC))[1] AS title,
       (array_agg(domain_id ORDER BY number DESC))[1] AS domain_id
FROM numbered
GROUP BY code, agency_id, value, stretch
"""
_VALUES = {
    owed.CYCLE: "e.update_cycle",
    owed.PUBLISH_BY: "e.publish_by::text",
}


@owed.register_source
class Owing:
    """The catalogue's answers."""

    def stamp(self, on: date) -> str:
        """Return a text that differs as soon as the answers on a date may differ."""
        parts = (
            model.Session.scalar(sa.text(_STAMP), {"day": on}),
            model.Session.scalar(sa.text(_AGENCIES)),
        )
        return " ".join(part or "" for part in parts)

    def held(self, by: str, on: date) -> sa.TextualSelect:
        """Return the stretches of time in which an agency owed an entry's data."""
        text = sa.text(_HELD.format(value=_VALUES[by]))
        return text.bindparams(day=on, zone=policy.text("timezone")).columns(
            sa.column("entry_code", sa.Text),
            sa.column("agency_id", sa.Text),
            sa.column("value", sa.Text),
            sa.column("since", sa.Date),
            sa.column("until", sa.Date),
            sa.column("joined", sa.Date),
            sa.column("title", sa.Text),
            sa.column("domain_id", sa.Text),
        )
