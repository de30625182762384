"""Take down and restore what is published.

Whether the public sees a dataset follows from its rows here: a published dataset is
private while a take-down of it stands, and public otherwise. Nothing else changes it.

Revision ID: 1055
Revises: 105
Create Date: 2026-11-23

"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "1055"
down_revision = "105"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)

TAKE_DOWN = """
CREATE FUNCTION sonla_taken_down(dataset text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM sonla_take_down WHERE dataset_id = dataset AND restored IS NULL
    )
$$;

CREATE FUNCTION sonla_seal_published(dataset text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM sonla_revision WHERE dataset_id = dataset AND state = 'published'
    )
$$;

CREATE FUNCTION sonla_office_refuse(place text, what text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The database refuses this of the operating office: %', what
        USING ERRCODE = 'SL006', TABLE = place;
END $$;

CREATE FUNCTION sonla_is_operator(account text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM member WHERE table_name = 'user' AND table_id = account
        AND capacity = 'operator' AND state = 'active'
    )
$$;

CREATE FUNCTION sonla_take_down_born() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.restored IS NOT NULL OR NEW.answered IS NOT NULL
       OR NOT sonla_seal_published(NEW.dataset_id)
       OR NOT sonla_is_operator(NEW.taken_by) THEN
        PERFORM sonla_office_refuse(TG_TABLE_NAME,
            'an operator takes down what is published');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION sonla_take_down_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.restored IS NOT NULL THEN
        PERFORM sonla_office_refuse(TG_TABLE_NAME, 'it has ended');
    END IF;
    IF (NEW.id, NEW.dataset_id, NEW.agency_id, NEW.reason, NEW.taken_by, NEW.taken)
       IS DISTINCT FROM
       (OLD.id, OLD.dataset_id, OLD.agency_id, OLD.reason, OLD.taken_by, OLD.taken)
    THEN
        PERFORM sonla_office_refuse(TG_TABLE_NAME, 'what was said stays');
    END IF;
    IF NEW.restored IS NOT NULL AND NOT sonla_is_operator(NEW.restored_by) THEN
        PERFORM sonla_office_refuse(TG_TABLE_NAME, 'an operator restores');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION sonla_office_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM sonla_office_refuse(TG_TABLE_NAME, 'it stays for ever');
    RETURN NULL;
END $$;

CREATE TRIGGER sonla_take_down_born BEFORE INSERT ON sonla_take_down
    FOR EACH ROW EXECUTE FUNCTION sonla_take_down_born();
CREATE TRIGGER sonla_take_down_moves BEFORE UPDATE ON sonla_take_down
    FOR EACH ROW EXECUTE FUNCTION sonla_take_down_moves();
CREATE TRIGGER sonla_take_down_stays BEFORE DELETE ON sonla_take_down
    FOR EACH ROW EXECUTE FUNCTION sonla_office_stays();
CREATE TRIGGER sonla_take_down_whole BEFORE TRUNCATE ON sonla_take_down
    FOR EACH STATEMENT EXECUTE FUNCTION sonla_office_stays();
"""

# What 101 and 104 say, and that a take-down hides without an approval.
PACKAGE = """
CREATE FUNCTION sonla_seal_package() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.private <> OLD.private
       AND to_jsonb(NEW) - 'private' = to_jsonb(OLD) - 'private'
       AND sonla_seal_published(NEW.id)
       AND NEW.private = sonla_taken_down(NEW.id) THEN
        RETURN NEW;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        PERFORM sonla_seal_check(OLD.id, TG_TABLE_NAME);
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'INSERT' OR NEW.id <> OLD.id THEN
        PERFORM sonla_seal_check(NEW.id, TG_TABLE_NAME);
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER sonla_seal ON package;
CREATE TRIGGER sonla_seal BEFORE INSERT OR UPDATE OR DELETE ON package
    FOR EACH ROW EXECUTE FUNCTION sonla_seal_package();

CREATE OR REPLACE FUNCTION sonla_seal_public() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.private OR NEW.type = 'harvest' THEN
        RETURN NEW;
    END IF;
    -- What is published already is judged as a change of sealed content.
    IF TG_OP = 'UPDATE' AND NOT OLD.private AND OLD.type = NEW.type THEN
        RETURN NEW;
    END IF;
    IF NOT sonla_taken_down(NEW.id)
       AND (sonla_seal_open(NEW.id) OR sonla_seal_published(NEW.id)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Only an approval makes a dataset public'
        USING ERRCODE = 'SL004', TABLE = TG_TABLE_NAME, DETAIL = NEW.id;
END $$;
"""

PACKAGE_BEFORE = """
DROP TRIGGER sonla_seal ON package;
CREATE TRIGGER sonla_seal BEFORE INSERT OR UPDATE OR DELETE ON package
    FOR EACH ROW EXECUTE FUNCTION sonla_seal_row('id');
DROP FUNCTION sonla_seal_package();

CREATE OR REPLACE FUNCTION sonla_seal_public() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.private OR NEW.type = 'harvest' OR sonla_seal_open(NEW.id) THEN
        RETURN NEW;
    END IF;
    -- What is published already is judged as a change of sealed content.
    IF TG_OP = 'UPDATE' AND NOT OLD.private AND OLD.type = NEW.type THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Only an approval makes a dataset public'
        USING ERRCODE = 'SL004', TABLE = TG_TABLE_NAME, DETAIL = NEW.id;
END $$;
"""


def upgrade() -> None:
    op.create_table(
        "sonla_take_down",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("dataset_id", sa.Text, nullable=False),
        sa.Column("agency_id", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("taken_by", sa.Text, nullable=False),
        sa.Column("taken", INSTANT, nullable=False),
        sa.Column("answer", sa.Text),
        sa.Column("answer_text", sa.Text),
        sa.Column("answered_by", sa.Text),
        sa.Column("answered", INSTANT),
        sa.Column("restored_by", sa.Text),
        sa.Column("restored", INSTANT),
        sa.Column("restore_reason", sa.Text),
    )
    op.create_index(
        "sonla_take_down_one_open",
        "sonla_take_down",
        ["dataset_id"],
        unique=True,
        postgresql_where=sa.text("restored IS NULL"),
    )
    op.execute(TAKE_DOWN)
    op.execute(PACKAGE)


def downgrade() -> None:
    op.execute(PACKAGE_BEFORE)
    op.execute("DROP TABLE sonla_take_down")
    for function in (
        "sonla_take_down_born()",
        "sonla_take_down_moves()",
        "sonla_office_stays()",
        "sonla_office_refuse(text, text)",
        "sonla_is_operator(text)",
        "sonla_seal_published(text)",
        "sonla_taken_down(text)",
    ):
        op.execute(f"DROP FUNCTION {function}")
