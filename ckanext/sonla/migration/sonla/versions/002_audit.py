"""Keep the log from the role that writes it.

Revision ID: 002_audit
Revises: 001_shared
Create Date: 2026-11-23

CKAN's role appends and reads, no more. Ownership goes to a role that nobody logs in as,
where a superuser has prepared it (`ckan sonla audit set-permissions`); on another
machine `ckan sonla audit verify` warns until somebody does.
"""

from __future__ import annotations

from alembic import op

revision = "002_audit"
down_revision = "001_shared"
branch_labels = None
depends_on = None

# Without a fixed path, a temporary table named like the log could stand before it.
FUNCTIONS = ("sonla_event_refuse()", "sonla_event_follows()")
TAKE = """
DO $$ BEGIN
    IF to_regprocedure('public.sonla_log_take()') IS NOT NULL THEN
        PERFORM public.sonla_log_take();
    END IF;
END $$
"""


def upgrade() -> None:
    for function in FUNCTIONS:
        op.execute(
            f"ALTER FUNCTION {function} SET search_path = pg_catalog, public, pg_temp"
        )
    op.execute(
        "REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON sonla_event"
        " FROM CURRENT_USER"
    )
    op.execute(TAKE)


def downgrade() -> None:
    op.execute(
        "GRANT UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON sonla_event"
        " TO CURRENT_USER"
    )
    for function in FUNCTIONS:
        op.execute(f"ALTER FUNCTION {function} RESET search_path")
