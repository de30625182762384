"""Standing approvals of harvest sources, and who has edited a source.

Four eyes: who has made or edited a source approves it never, and only the agency's
own leader does. One approval of a source stands at a time. It is never changed nor
deleted: all that happens to it is that it is voided, once.

Revision ID: 003_approval
Revises: 002_runs
"""

from alembic import op

revision = "003_approval"
down_revision = "002_runs"
branch_labels = None
depends_on = None

EDITOR = """
CREATE TABLE sonla_harvest_editor (
    source_id text NOT NULL REFERENCES package (id) ON DELETE CASCADE,
    user_id text NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (source_id, user_id)
);
INSERT INTO sonla_harvest_editor
    SELECT id, creator_user_id, now() FROM package
    WHERE type = 'harvest' AND creator_user_id IS NOT NULL;

-- Approving and editing a source wait for each other.
CREATE FUNCTION sonla_harvest_alone(source text) RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(7820011, hashtext(source))
$$;

CREATE FUNCTION sonla_harvest_refuse(what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', what USING ERRCODE = 'SL008', TABLE = 'sonla_harvest_approval';
END $$;

CREATE FUNCTION sonla_harvest_editor_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM sonla_harvest_alone(NEW.source_id);
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' THEN
        -- With its source, whose approvals stay.
        PERFORM FROM package WHERE id = OLD.source_id;
        IF NOT FOUND THEN
            RETURN OLD;
        END IF;
    END IF;
    PERFORM sonla_harvest_refuse('who edited stays known');
    RETURN NULL;
END $$;
CREATE TRIGGER sonla_harvest_editor_rules BEFORE INSERT OR UPDATE OR DELETE
    ON sonla_harvest_editor FOR EACH ROW EXECUTE FUNCTION sonla_harvest_editor_rules();
CREATE TRIGGER sonla_harvest_editor_no_truncate BEFORE TRUNCATE
    ON sonla_harvest_editor FOR EACH STATEMENT
    EXECUTE FUNCTION sonla_harvest_editor_rules();
"""

APPROVAL = """
CREATE TABLE sonla_harvest_approval (
    id text PRIMARY KEY,
    source_id text NOT NULL,
    agency_id text NOT NULL,
    given_by text NOT NULL,
    given timestamptz NOT NULL,
    digest text NOT NULL,
    terms text NOT NULL,
    editors text[] NOT NULL,
    comment text,
    voided timestamptz,
    voided_by text,
    void_reason text,
    CONSTRAINT sonla_harvest_approval_four_eyes
        CHECK (cardinality(editors) > 0 AND NOT given_by = ANY (editors)),
    CONSTRAINT sonla_harvest_approval_voided
        CHECK ((voided IS NULL) = (void_reason IS NULL))
);
CREATE UNIQUE INDEX sonla_harvest_approval_stands
    ON sonla_harvest_approval (source_id) WHERE voided IS NULL;
CREATE INDEX sonla_harvest_approval_source ON sonla_harvest_approval (source_id, given);

CREATE FUNCTION sonla_harvest_approval_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM sonla_harvest_alone(NEW.source_id);
        IF NEW.voided IS NOT NULL THEN
            PERFORM sonla_harvest_refuse('it is given before it is voided');
        END IF;
        PERFORM FROM sonla_harvest_editor
         WHERE source_id = NEW.source_id AND NOT user_id = ANY (NEW.editors);
        IF FOUND THEN
            PERFORM sonla_harvest_refuse('it names everybody who edited');
        END IF;
        PERFORM FROM package AS p
            JOIN member AS m ON m.group_id = p.owner_org
            JOIN "group" AS g ON g.id = m.group_id
            JOIN "user" AS u ON u.id = m.table_id
         WHERE p.id = NEW.source_id AND p.type = 'harvest' AND p.state = 'active'
           AND p.owner_org = NEW.agency_id
           AND m.table_name = 'user' AND m.table_id = NEW.given_by
           AND m.capacity = 'leader' AND m.state = 'active'
           AND g.state = 'active' AND u.state = 'active';
        IF NOT FOUND THEN
            PERFORM sonla_harvest_refuse('the leader of the agency gives it');
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.voided IS NULL AND NEW.voided IS NOT NULL
       AND to_jsonb(NEW) - ARRAY['voided', 'voided_by', 'void_reason']
           = to_jsonb(OLD) - ARRAY['voided', 'voided_by', 'void_reason'] THEN
        RETURN NEW;
    END IF;
    PERFORM sonla_harvest_refuse('it stays as it was given');
    RETURN NULL;
END $$;
CREATE TRIGGER sonla_harvest_approval_rules BEFORE INSERT OR UPDATE OR DELETE
    ON sonla_harvest_approval FOR EACH ROW
    EXECUTE FUNCTION sonla_harvest_approval_rules();
CREATE TRIGGER sonla_harvest_approval_no_truncate BEFORE TRUNCATE
    ON sonla_harvest_approval FOR EACH STATEMENT
    EXECUTE FUNCTION sonla_harvest_approval_rules();
"""


def upgrade() -> None:
    op.execute(EDITOR)
    op.execute(APPROVAL)


def downgrade() -> None:
    op.execute("DROP TABLE sonla_harvest_approval")
    op.execute("DROP TABLE sonla_harvest_editor")
    for name in ("approval_rules()", "editor_rules()", "refuse(text)", "alone(text)"):
        op.execute(f"DROP FUNCTION sonla_harvest_{name}")
