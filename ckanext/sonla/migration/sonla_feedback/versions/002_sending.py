"""What sending needs: attachments, the words of a subject, why something was held.

Revision ID: 002_sending
Revises: 001_feedback
"""

from alembic import op

revision = "002_sending"
down_revision = "001_feedback"
branch_labels = None
depends_on = None

UP = """
-- Without accents and case, so that open feedback like it is found before sending.
ALTER TABLE sonla_feedback
    ADD subject_words text[] NOT NULL DEFAULT '{}',
    ADD moderation_reason text;
CREATE INDEX sonla_feedback_words ON sonla_feedback USING gin (subject_words)
    WHERE state IN ('received', 'assigned', 'in_progress', 'coordinating', 'paused');
CREATE INDEX sonla_feedback_remembered ON sonla_feedback (created)
    WHERE forgotten IS NULL;

-- A wish that waits for its e-mail address to be confirmed counts for nothing yet.
ALTER TABLE sonla_feedback_support
    ADD counted boolean NOT NULL DEFAULT true;
CREATE INDEX sonla_feedback_support_remembered ON sonla_feedback_support (created)
    WHERE supporter IS NOT NULL OR email IS NOT NULL;

-- `file` names a file in the portal's storage that nothing serves by itself.
CREATE TABLE sonla_feedback_attachment (
    feedback_id text PRIMARY KEY REFERENCES sonla_feedback (id),
    file text NOT NULL UNIQUE,
    name text NOT NULL,
    mimetype text NOT NULL,
    size bigint NOT NULL CHECK (size > 0),
    scanned boolean NOT NULL,
    created timestamptz NOT NULL
);
CREATE INDEX sonla_feedback_attachment_created ON sonla_feedback_attachment (created);
"""
DOWN = """
DROP TABLE sonla_feedback_attachment;
DROP INDEX sonla_feedback_support_remembered;
ALTER TABLE sonla_feedback_support DROP counted;
DROP INDEX sonla_feedback_remembered;
DROP INDEX sonla_feedback_words;
ALTER TABLE sonla_feedback DROP moderation_reason, DROP subject_words;
"""


def upgrade():
    op.execute(UP)


def downgrade():
    op.execute(DOWN)
