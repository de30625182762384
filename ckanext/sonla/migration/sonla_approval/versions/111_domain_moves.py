"""Let a published dataset follow its entry to another domain, by decision.

Invariant 1 names it: a change of an entry, by decision, is an exception to "only an
approval changes what the public sees". The transaction that has just written the move
down reaches the dataset's domain and nothing else; and only what the edition in force
says can be written down.

Revision ID: 111
Revises: 110
Create Date: 2026-11-23

"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "111"
down_revision = "110"
branch_labels = None
depends_on = None

MOVE = """
CREATE FUNCTION sonla_domain_move_born() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Asked by name at the very moment: the catalogue may be off, then nothing moves.
    IF to_regclass('sonla_edition') IS NULL OR NOT EXISTS (
        SELECT FROM package
            JOIN sonla_entry AS entry
                ON entry.code = package.extras ->> 'catalogue_entry'
            JOIN sonla_edition AS edition ON edition.id = entry.edition_id
        WHERE package.id = NEW.dataset_id AND entry.code = NEW.entry
          AND edition.id = NEW.edition_id AND edition.state = 'in_force'
          AND NOT entry.retired AND entry.domain_id = NEW.domain_id
    ) THEN
        -- It goes where the edition in force puts its entry.
        PERFORM sonla_seal_refuse(NEW.dataset_id, TG_TABLE_NAME);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sonla_domain_move_born BEFORE INSERT ON sonla_domain_move
    FOR EACH ROW EXECUTE FUNCTION sonla_domain_move_born();
CREATE TRIGGER sonla_domain_move_stays BEFORE UPDATE OR DELETE ON sonla_domain_move
    FOR EACH ROW EXECUTE FUNCTION sonla_office_stays();
CREATE TRIGGER sonla_domain_move_whole BEFORE TRUNCATE ON sonla_domain_move
    FOR EACH STATEMENT EXECUTE FUNCTION sonla_office_stays();

-- The domain that this transaction moves a dataset to, if it does.
CREATE FUNCTION sonla_moving(dataset text) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT domain_id FROM sonla_domain_move
    WHERE id = current_setting('sonla.moving', true) AND dataset_id = dataset
      AND pg_xact_status(
          (((pg_current_xact_id()::text::bigint >> 32) << 32)
           | sonla_domain_move.xmin::text::bigint)::text::xid8
      ) = 'in progress'
$$;

CREATE FUNCTION sonla_seal_moves(before member, after member) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT after.table_name = 'package' AND after.capacity = 'public'
       AND EXISTS (SELECT FROM "group"
                   WHERE id = after.group_id AND type = 'group' AND NOT is_organization)
       AND CASE after.state
           WHEN 'active' THEN after.group_id = sonla_moving(after.table_id)
           WHEN 'deleted' THEN after.group_id <> sonla_moving(after.table_id)
           ELSE false END
       AND (before IS NULL
            OR to_jsonb(before) - 'state' = to_jsonb(after) - 'state')
$$;

CREATE OR REPLACE FUNCTION sonla_seal_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.state = 'active' AND sonla_seal_moves(NULL, NEW)
       OR TG_OP = 'UPDATE' AND sonla_seal_moves(OLD, NEW) THEN
        RETURN NEW;
    END IF;
    IF TG_OP <> 'INSERT' AND OLD.table_name = 'package' THEN
        PERFORM sonla_seal_check(OLD.table_id, TG_TABLE_NAME);
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.table_name = 'package' THEN
        PERFORM sonla_seal_check(NEW.table_id, TG_TABLE_NAME);
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
"""

PACKAGE = """
CREATE OR REPLACE FUNCTION sonla_seal_package() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.private <> OLD.private
       AND to_jsonb(NEW) - 'private' = to_jsonb(OLD) - 'private'
       AND sonla_seal_published(NEW.id)
       AND NEW.private = sonla_taken_down(NEW.id) THEN
        RETURN NEW;
    END IF;
{moves}    IF TG_OP <> 'INSERT' THEN
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
"""
THEME = """
    -- The domain, in the words of DCAT: a field that the dataset stores.
    IF TG_OP = 'UPDATE' AND sonla_moving(NEW.id) IS NOT NULL
       AND to_jsonb(NEW) - 'extras' = to_jsonb(OLD) - 'extras'
       AND NEW.extras - 'theme' = OLD.extras - 'theme'
       AND EXISTS (
           SELECT FROM "group" AS domain
           WHERE domain.id = sonla_moving(NEW.id) AND (
               NEW.extras ->> 'theme'
               = jsonb_build_array(domain.extras ->> 'theme_uri')::text
               OR right(NEW.extras ->> 'theme', length(domain.name) + 9)
               = '/group/' || domain.name || '"]'
           )
       ) THEN
        RETURN NEW;
    END IF;
"""

BEFORE = """
CREATE OR REPLACE FUNCTION sonla_seal_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.table_name = 'package' THEN
        PERFORM sonla_seal_check(OLD.table_id, TG_TABLE_NAME);
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.table_name = 'package' THEN
        PERFORM sonla_seal_check(NEW.table_id, TG_TABLE_NAME);
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
DROP FUNCTION sonla_seal_moves(member, member);
DROP FUNCTION sonla_moving(text);
"""


def upgrade() -> None:
    op.create_table(
        "sonla_domain_move",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("dataset_id", sa.Text, nullable=False),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("edition_id", sa.Text, nullable=False),
        sa.Column("domain_id", sa.Text, nullable=False),
        sa.Column("before", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("moved", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("sonla_domain_move_dataset", "sonla_domain_move", ["dataset_id"])
    op.execute(MOVE)
    op.execute(PACKAGE.replace("{moves}", THEME.lstrip("\n")))


def downgrade() -> None:
    op.execute(PACKAGE.replace("{moves}", ""))
    op.execute(BEFORE)
    op.execute("DROP TABLE sonla_domain_move")
    op.execute("DROP FUNCTION sonla_domain_move_born()")
