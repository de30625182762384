"""Seal what was approved: no row of a published or frozen dataset changes around it.

The rule is derived from the revisions, so that there is no second truth. A package is
sealed while a revision published it, or while a leader has its revision before her.
Only the switch opens the seal: it names, for its one transaction, the revision that it
publishes. CKAN's own checks are skipped for sysadmins, by `ignore_auth`, by raw SQL in
harvesters and loaders and by `ckan` commands; these triggers are not.

Revision ID: 101
Revises: 001
Create Date: 2026-11-23

"""

from __future__ import annotations

from alembic import op

revision = "101"
down_revision = "001"
branch_labels = None
depends_on = None

RULE = """
CREATE FUNCTION sonla_seal_sealed(package text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM sonla_revision
        WHERE dataset_id = package AND state IN ('published', 'superseded')
    ) OR EXISTS (
        SELECT FROM sonla_revision
        WHERE package_id = package AND state IN ('submitted', 'scheduled', 'publishing')
    )
$$;

-- Whether this transaction is the switch of this package: it has named a revision
-- that is being published, or that it has itself just marked as published.
CREATE FUNCTION sonla_seal_open(package text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM sonla_revision
        WHERE id = current_setting('sonla.publishing', true)
          AND package IN (dataset_id, package_id)
          AND (state = 'publishing' OR (state = 'published' AND pg_xact_status(
              (((pg_current_xact_id()::text::bigint >> 32) << 32)
               | sonla_revision.xmin::text::bigint)::text::xid8
          ) = 'in progress'))
    )
$$;

CREATE FUNCTION sonla_seal_refuse(package text, place text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The content of this dataset is sealed: sonla_revision_open'
        USING ERRCODE = 'SL001', TABLE = place, DETAIL = coalesce(package, '');
END $$;

-- Waits for a submit or a switch that is under way, then judges what it left. Each
-- statement of a volatile function sees what was committed before it.
CREATE FUNCTION sonla_seal_check(package text, place text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF package IS NULL THEN
        RETURN;
    END IF;
    PERFORM FROM sonla_revision
        WHERE package_id = package
          AND state NOT IN ('published', 'superseded', 'discarded')
        FOR SHARE;
    IF sonla_seal_sealed(package) AND NOT sonla_seal_open(package) THEN
        PERFORM sonla_seal_refuse(package, place);
    END IF;
END $$;
"""

# What a row belongs to: the package is a column, or stands behind one.
ROWS = """
CREATE FUNCTION sonla_seal_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    field text;
BEGIN
    FOREACH field IN ARRAY TG_ARGV LOOP
        IF TG_OP <> 'INSERT' THEN
            PERFORM sonla_seal_check(to_jsonb(OLD) ->> field, TG_TABLE_NAME);
        END IF;
        IF TG_OP <> 'DELETE'
           AND (TG_OP = 'INSERT'
                OR to_jsonb(NEW) ->> field IS DISTINCT FROM to_jsonb(OLD) ->> field)
        THEN
            PERFORM sonla_seal_check(to_jsonb(NEW) ->> field, TG_TABLE_NAME);
        END IF;
    END LOOP;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;

-- The id of a public resource stays its dataset's, also after its row is gone.
CREATE FUNCTION sonla_seal_resource_id() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owner text;
BEGIN
    SELECT revision.dataset_id INTO owner
        FROM sonla_revision_resource AS resource
        JOIN sonla_revision AS revision ON revision.id = resource.revision_id
        WHERE resource.public_id = NEW.id
          AND revision.dataset_id <> NEW.package_id
          AND revision.state IN ('published', 'superseded')
        LIMIT 1;
    IF owner IS NOT NULL THEN
        PERFORM sonla_seal_refuse(owner, TG_TABLE_NAME);
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION sonla_seal_view() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM sonla_seal_check(
            (SELECT package_id FROM resource WHERE id = OLD.resource_id),
            TG_TABLE_NAME);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM sonla_seal_check(
            (SELECT package_id FROM resource WHERE id = NEW.resource_id),
            TG_TABLE_NAME);
        RETURN NEW;
    END IF;
    RETURN OLD;
END $$;
"""

CREATE_ROWS = """
CREATE TRIGGER sonla_seal BEFORE INSERT OR UPDATE OR DELETE ON package
    FOR EACH ROW EXECUTE FUNCTION sonla_seal_row('id');
CREATE TRIGGER sonla_seal BEFORE INSERT OR UPDATE OR DELETE ON resource
    FOR EACH ROW EXECUTE FUNCTION sonla_seal_row('package_id');
CREATE TRIGGER sonla_seal_id BEFORE INSERT OR UPDATE OF id, package_id ON resource
    FOR EACH ROW EXECUTE FUNCTION sonla_seal_resource_id();
CREATE TRIGGER sonla_seal BEFORE INSERT OR UPDATE OR DELETE ON package_tag
    FOR EACH ROW EXECUTE FUNCTION sonla_seal_row('package_id');
CREATE TRIGGER sonla_seal BEFORE INSERT OR UPDATE OR DELETE ON package_member
    FOR EACH ROW EXECUTE FUNCTION sonla_seal_row('package_id');
CREATE TRIGGER sonla_seal BEFORE INSERT OR UPDATE OR DELETE ON package_relationship
    FOR EACH ROW EXECUTE FUNCTION
    sonla_seal_row('subject_package_id', 'object_package_id');
CREATE TRIGGER sonla_seal BEFORE INSERT OR UPDATE OR DELETE ON resource_view
    FOR EACH ROW EXECUTE FUNCTION sonla_seal_view();
"""

CONTENT = (
    "package",
    "resource",
    "package_tag",
    "package_member",
    "package_relationship",
    "resource_view",
)


def upgrade() -> None:
    op.execute(RULE)
    op.execute(ROWS)
    op.execute(CREATE_ROWS)


def downgrade() -> None:
    for table in CONTENT:
        op.execute(f"DROP TRIGGER sonla_seal ON {table}")
    op.execute("DROP TRIGGER sonla_seal_id ON resource")
    for function in (
        "sonla_seal_view()",
        "sonla_seal_resource_id()",
        "sonla_seal_row()",
        "sonla_seal_check(text, text)",
        "sonla_seal_refuse(text, text)",
        "sonla_seal_open(text)",
        "sonla_seal_sealed(text)",
    ):
        op.execute(f"DROP FUNCTION {function}")
