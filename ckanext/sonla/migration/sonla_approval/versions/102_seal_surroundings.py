"""Seal what stands around a dataset: memberships, tags in use, TRUNCATE, harvest.

An agency's or a domain's name and texts are reference data and may change. Its
disappearance would take approved datasets along, so it is refused while it has any.

Revision ID: 102
Revises: 101
Create Date: 2026-11-23

"""

from __future__ import annotations

from alembic import op

revision = "102"
down_revision = "101"
branch_labels = None
depends_on = None

SURROUNDINGS = """
-- `member` rows of packages: which agency and which domains a dataset belongs to.
CREATE FUNCTION sonla_seal_member() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER sonla_seal BEFORE INSERT OR UPDATE OR DELETE ON member
    FOR EACH ROW EXECUTE FUNCTION sonla_seal_member();

CREATE FUNCTION sonla_seal_group() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sealed text;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.id = NEW.id AND OLD.type = NEW.type
       AND OLD.state IS NOT DISTINCT FROM NEW.state
       AND OLD.is_organization IS NOT DISTINCT FROM NEW.is_organization THEN
        RETURN NEW;
    END IF;
    SELECT package.id INTO sealed FROM package
        WHERE (package.owner_org = OLD.id OR package.id IN (
            SELECT table_id FROM member
            WHERE group_id = OLD.id AND table_name = 'package' AND state = 'active'))
          AND sonla_seal_sealed(package.id)
        LIMIT 1;
    IF sealed IS NOT NULL THEN
        PERFORM sonla_seal_refuse(sealed, TG_TABLE_NAME);
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sonla_seal BEFORE UPDATE OR DELETE ON "group"
    FOR EACH ROW EXECUTE FUNCTION sonla_seal_group();

CREATE FUNCTION sonla_seal_tag() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sealed text;
BEGIN
    SELECT package_tag.package_id INTO sealed
        FROM package_tag JOIN tag ON tag.id = package_tag.tag_id
        WHERE CASE TG_TABLE_NAME
                WHEN 'tag' THEN tag.id ELSE tag.vocabulary_id END = OLD.id
          AND package_tag.state = 'active'
          AND sonla_seal_sealed(package_tag.package_id)
        LIMIT 1;
    IF sealed IS NOT NULL THEN
        PERFORM sonla_seal_refuse(sealed, TG_TABLE_NAME);
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sonla_seal BEFORE UPDATE OR DELETE ON tag
    FOR EACH ROW EXECUTE FUNCTION sonla_seal_tag();
CREATE TRIGGER sonla_seal BEFORE UPDATE OR DELETE ON vocabulary
    FOR EACH ROW EXECUTE FUNCTION sonla_seal_tag();

CREATE FUNCTION sonla_seal_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM sonla_revision WHERE state IN
               ('published', 'superseded', 'submitted', 'scheduled', 'publishing')) THEN
        PERFORM sonla_seal_refuse(NULL, TG_TABLE_NAME);
    END IF;
    RETURN NULL;
END $$;
"""

# ckanext-harvest shows a dataset's current harvest object with the dataset.
HARVEST = """
CREATE FUNCTION sonla_seal_harvest() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.current THEN
        PERFORM sonla_seal_check(OLD.package_id, TG_TABLE_NAME);
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.current THEN
        PERFORM sonla_seal_check(NEW.package_id, TG_TABLE_NAME);
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
DO $$
BEGIN
    IF to_regclass('harvest_object') IS NOT NULL THEN
        CREATE TRIGGER sonla_seal BEFORE INSERT OR UPDATE OR DELETE ON harvest_object
            FOR EACH ROW EXECUTE FUNCTION sonla_seal_harvest();
    END IF;
END $$;
"""

# TRUNCATE of any other table of a dataset must take one of these along.
TRUNCATED = (
    "package_tag",
    "package_member",
    "package_relationship",
    "resource_view",
    "member",
    "sonla_revision",
)


def upgrade() -> None:
    op.execute(SURROUNDINGS)
    op.execute(HARVEST)
    for table in TRUNCATED:
        op.execute(
            f"CREATE TRIGGER sonla_seal_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION sonla_seal_truncate()"
        )


def downgrade() -> None:
    for table in TRUNCATED:
        op.execute(f"DROP TRIGGER sonla_seal_truncate ON {table}")
    for table in ("member", '"group"', "tag", "vocabulary"):
        op.execute(f"DROP TRIGGER sonla_seal ON {table}")
    op.execute("DROP TRIGGER IF EXISTS sonla_seal ON harvest_object")
    for name in ("truncate", "harvest", "tag", "group", "member"):
        op.execute(f"DROP FUNCTION sonla_seal_{name}()")
