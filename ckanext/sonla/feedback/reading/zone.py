"""The time zone of what the database counts: the policy's, also after it changes."""

from __future__ import annotations

import sqlalchemy as sa
from psycopg2.extensions import adapt

from ckan import model
from ckanext.sonla.shared import policy

_MADE = "SELECT sonla_feedback_zone()"
_MAKE = """
    CREATE OR REPLACE FUNCTION sonla_feedback_zone() RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT {zone}::text $$
"""
_AGAIN = """
    LOCK TABLE sonla_feedback IN SHARE MODE;
    SELECT sonla_feedback_count_all();
    UPDATE sonla_feedback_found AS found SET words = sonla_feedback_words_of(told)
        FROM sonla_feedback AS told WHERE told.id = found.feedback_id;
"""


def follow_policy() -> bool:
    """Count years and months in the policy's zone, if they were in another one.

    In the caller's transaction, which nobody sends feedback in meanwhile.

    Returns:
        Whether everything was counted anew.
    """
    zone = policy.text("timezone")
    if model.Session.scalar(sa.text(_MADE)) == zone:
        return False
    name = adapt(zone).getquoted().decode()
    model.Session.execute(sa.text(_MAKE.format(zone=name)))
    model.Session.execute(sa.text(_AGAIN))
    return True
