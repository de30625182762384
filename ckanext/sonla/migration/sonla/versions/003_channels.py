"""Send notices through channels and digests.

Revision ID: 003_channels
Revises: 002_audit
Create Date: 2026-11-23

"""

from __future__ import annotations

from alembic import op

revision = "003_channels"
down_revision = "002_audit"
branch_labels = None
depends_on = None


CHANNELS = """
ALTER TABLE sonla_mail
    ADD COLUMN channel text NOT NULL DEFAULT 'mail',
    ADD COLUMN event text NOT NULL DEFAULT '',
    ADD COLUMN link text,
    DROP CONSTRAINT sonla_mail_state_check,
    ADD CONSTRAINT sonla_mail_state_check CHECK (state IN (
        'waiting', 'sending', 'handing', 'sent', 'unsure', 'given_up',
        'gathered', 'digested'));
CREATE INDEX sonla_mail_open ON sonla_mail (state)
    WHERE state IN ('sending', 'handing', 'gathered');

CREATE TABLE sonla_notice_preference (
    user_id text PRIMARY KEY,
    rhythm text NOT NULL DEFAULT 'each' CHECK (rhythm IN ('each', 'daily')),
    language text
);
"""

# What the older states of a mail knew of these.
BACK = """
UPDATE sonla_mail SET state = 'waiting'
    WHERE state IN ('sending', 'handing', 'gathered');
UPDATE sonla_mail SET state = 'sent' WHERE state = 'digested';
UPDATE sonla_mail SET state = 'given_up' WHERE state = 'unsure';
DELETE FROM sonla_mail WHERE channel <> 'mail';
DROP INDEX sonla_mail_open;
ALTER TABLE sonla_mail
    DROP CONSTRAINT sonla_mail_state_check,
    ADD CONSTRAINT sonla_mail_state_check
        CHECK (state IN ('waiting', 'sent', 'given_up')),
    DROP COLUMN channel, DROP COLUMN event, DROP COLUMN link;
DROP TABLE sonla_notice_preference;
"""


def upgrade() -> None:
    op.execute(CHANNELS)


def downgrade() -> None:
    op.execute(BACK)
