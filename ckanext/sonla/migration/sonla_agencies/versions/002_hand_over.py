"""Let a successor's account overlap its predecessor's, and appoint by decision only.

Revision ID: 002_hand_over
Revises: 001_roles
Create Date: 2026-11-23

The limit of article 5.2 stays as it is. A dated row says that one account is leaving;
while it runs, that account takes up no place, so exactly one successor fits beside it.
The transaction that appoints names its decision in `sonla.decision`, so that no action,
stock or ours, makes anybody an officer or a leader without one (article 8.2).
"""

from __future__ import annotations

from alembic import op

revision = "002_hand_over"
down_revision = "001_roles"
branch_labels = None
depends_on = None

HAND_OVER = """
ALTER TABLE sonla_role_policy ADD COLUMN overlap_days integer
    CHECK (overlap_days >= 0);

CREATE TABLE sonla_hand_over (
    id text PRIMARY KEY,
    agency_id text NOT NULL,
    role text NOT NULL,
    predecessor text NOT NULL,
    successor text NOT NULL,
    decision jsonb NOT NULL,
    starts timestamptz NOT NULL,
    ends timestamptz NOT NULL,
    ended timestamptz,
    CHECK (predecessor <> successor),
    CHECK (ends >= starts)
);
CREATE UNIQUE INDEX sonla_hand_over_leaving ON sonla_hand_over (predecessor)
    WHERE ended IS NULL;
CREATE UNIQUE INDEX sonla_hand_over_coming ON sonla_hand_over (successor)
    WHERE ended IS NULL;
CREATE INDEX sonla_hand_over_agency ON sonla_hand_over (agency_id, role);

CREATE FUNCTION sonla_hand_over_rules() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    days integer;
BEGIN
    IF TG_OP = 'INSERT' THEN
        -- One appointment at a time, with the trigger on `member`.
        PERFORM pg_advisory_xact_lock(7820002);
        SELECT overlap_days INTO days FROM sonla_role_policy WHERE role = NEW.role;
        -- The last day counts whole (Civil Code, article 148): hence one day more.
        IF NEW.ends > NEW.starts + make_interval(days => COALESCE(days, 0) + 1) THEN
            RAISE EXCEPTION 'hand_over_too_long'
                USING ERRCODE = 'SL003', DETAIL = NEW.role, TABLE = TG_TABLE_NAME;
        END IF;
        PERFORM 1 FROM member
         WHERE table_name = 'user' AND table_id = NEW.predecessor
           AND group_id = NEW.agency_id AND capacity = NEW.role AND state = 'active';
        IF NOT FOUND THEN
            RAISE EXCEPTION 'hand_over_of_nobody'
                USING ERRCODE = 'SL003', DETAIL = NEW.role, TABLE = TG_TABLE_NAME;
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.ended IS NULL AND NEW.ends <= OLD.ends
       AND to_jsonb(NEW) - ARRAY['ended', 'ends']
           = to_jsonb(OLD) - ARRAY['ended', 'ends'] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'hand_over_stays'
        USING ERRCODE = 'SL003', DETAIL = OLD.role, TABLE = TG_TABLE_NAME;
END $$;
CREATE TRIGGER sonla_hand_over_rules BEFORE INSERT OR UPDATE OR DELETE
    ON sonla_hand_over FOR EACH ROW EXECUTE FUNCTION sonla_hand_over_rules();
"""

MEMBER = """
CREATE FUNCTION sonla_member_appointed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    agency record;
    rule record;
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
    IF COALESCE(current_setting('sonla.decision', true), '') = '' THEN
        RAISE EXCEPTION 'no_decision'
            USING ERRCODE = 'SL003', DETAIL = NEW.capacity, TABLE = 'member';
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
        SELECT count(*) INTO taken FROM member m
         WHERE m.table_name = 'user' AND m.group_id = NEW.group_id
           AND m.capacity = NEW.capacity AND m.state = 'active' AND m.id <> NEW.id
           AND NOT EXISTS (
               SELECT FROM sonla_hand_over h
                WHERE h.predecessor = m.table_id AND h.agency_id = m.group_id
                  AND h.role = m.capacity AND h.ended IS NULL
                  AND h.ends > clock_timestamp());
        IF taken >= COALESCE(rule.places, 1) THEN
            RAISE EXCEPTION 'no_place_left'
                USING ERRCODE = 'SL003', DETAIL = NEW.capacity, TABLE = 'member';
        END IF;
    END IF;
    RETURN NEW;
END $$;
"""

ON_MEMBER = """
DROP TRIGGER sonla_member_role ON member;
CREATE TRIGGER sonla_member_role BEFORE INSERT OR UPDATE ON member
    FOR EACH ROW EXECUTE FUNCTION {function}();
"""


def upgrade() -> None:
    op.execute(HAND_OVER)
    op.execute(MEMBER)
    op.execute(ON_MEMBER.format(function="sonla_member_appointed"))


def downgrade() -> None:
    op.execute(ON_MEMBER.format(function="sonla_member_role"))
    op.execute("DROP FUNCTION sonla_member_appointed()")
    op.execute("DROP TABLE sonla_hand_over")
    op.execute("DROP FUNCTION sonla_hand_over_rules()")
    op.execute("ALTER TABLE sonla_role_policy DROP COLUMN overlap_days")
