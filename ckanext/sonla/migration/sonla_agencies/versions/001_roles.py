"""Keep the rules of the roles in the database: who may be a member, how many

Revision ID: 001_roles
Revises:
"""

from alembic import op

revision = "001_roles"
down_revision = None
branch_labels = None
depends_on = None

# Here and not in CKAN's actions, because members are also written by
# `organization_update`, by the command line and by two people at once.
RULES = """
CREATE TABLE sonla_role_policy (
    role text PRIMARY KEY,
    places integer CHECK (places >= 0),
    office text
);

CREATE FUNCTION sonla_member_role() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    agency record;
    rule record;
    places integer;
    taken integer;
    is_agency_role boolean := NEW.capacity IN
        ('officer', 'leader', 'operator', 'auditor');
BEGIN
    IF NEW.table_name <> 'user' OR NEW.state <> 'active' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE'
       AND (OLD.table_name, OLD.table_id, OLD.group_id, OLD.capacity, OLD.state)
         IS NOT DISTINCT FROM
           (NEW.table_name, NEW.table_id, NEW.group_id, NEW.capacity, NEW.state) THEN
        RETURN NEW;
    END IF;

    SELECT name, COALESCE(is_organization, false) AS is_organization
      INTO agency FROM "group" WHERE id = NEW.group_id;
    IF agency.is_organization IS NOT TRUE THEN
        IF is_agency_role THEN
            RAISE EXCEPTION 'role_in_domain'
                USING ERRCODE = 'SL003', DETAIL = NEW.capacity, TABLE = 'member';
        END IF;
        RETURN NEW;
    END IF;
    IF is_agency_role IS NOT TRUE THEN
        RAISE EXCEPTION 'stock_role' USING
            ERRCODE = 'SL003', DETAIL = COALESCE(NEW.capacity, ''), TABLE = 'member';
    END IF;

    -- One appointment at a time: the counts below hold until the commit.
    PERFORM pg_advisory_xact_lock(7820002);
    PERFORM 1 FROM member m JOIN "group" g ON g.id = m.group_id
     WHERE m.table_name = 'user' AND m.table_id = NEW.table_id
       AND m.state = 'active' AND m.id <> NEW.id
       AND g.is_organization AND g.state = 'active';
    IF FOUND THEN
        RAISE EXCEPTION 'second_role'
            USING ERRCODE = 'SL003', DETAIL = NEW.capacity, TABLE = 'member';
    END IF;

    SELECT p.places, p.office INTO rule
      FROM sonla_role_policy p WHERE p.role = NEW.capacity;
    IF rule.office IS NOT NULL AND rule.office <> agency.name THEN
        RAISE EXCEPTION 'role_of_the_office'
            USING ERRCODE = 'SL003', DETAIL = NEW.capacity, TABLE = 'member';
    END IF;
    IF NEW.capacity IN ('officer', 'leader') THEN
        places := COALESCE(rule.places, 1);
        SELECT count(*) INTO taken FROM member m
         WHERE m.table_name = 'user' AND m.group_id = NEW.group_id
           AND m.capacity = NEW.capacity AND m.state = 'active' AND m.id <> NEW.id;
        IF taken >= places THEN
            RAISE EXCEPTION 'no_place_left'
                USING ERRCODE = 'SL003', DETAIL = NEW.capacity, TABLE = 'member';
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER sonla_member_role BEFORE INSERT OR UPDATE ON member
    FOR EACH ROW EXECUTE FUNCTION sonla_member_role();
"""


def upgrade():
    op.execute(RULES)


def downgrade():
    op.execute("DROP TRIGGER sonla_member_role ON member")
    op.execute("DROP FUNCTION sonla_member_role")
    op.execute("DROP TABLE sonla_role_policy")
