"""Guard the revisions themselves: the seal and four eyes rest on them.

A revision is born a draft, moves only along the transitions of `approval/states.py`,
stands still while a leader has it before her, and is never deleted. What was published
is for ever: afterwards it can only be superseded, by the switch of its successor.

Revision ID: 103
Revises: 102
Create Date: 2026-11-23

"""

from __future__ import annotations

from alembic import op

revision = "103"
down_revision = "102"
branch_labels = None
depends_on = None

GUARD = """
CREATE FUNCTION sonla_revision_refuse(what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The database refuses this change of a revision: %', what
        USING ERRCODE = 'SL005', TABLE = 'sonla_revision';
END $$;

CREATE FUNCTION sonla_revision_born() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'draft' OR NEW.submitted_by IS NOT NULL
       OR NEW.decided_by IS NOT NULL OR NEW.digest IS NOT NULL THEN
        PERFORM sonla_revision_refuse('it is born a draft');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION sonla_revision_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moved boolean := NEW.state <> OLD.state;
    step text := OLD.state || ' ' || NEW.state;
BEGIN
    IF moved AND step <> ALL (ARRAY[
        'draft submitted', 'returned submitted', 'withdrawn submitted',
        'submitted withdrawn', 'scheduled withdrawn',
        'draft discarded', 'returned discarded', 'withdrawn discarded',
        'submitted returned', 'scheduled returned', 'submitted scheduled',
        'submitted publishing', 'scheduled publishing',
        'publishing published', 'publishing submitted', 'published superseded'
    ]) THEN
        PERFORM sonla_revision_refuse('no step leads from ' || step);
    END IF;
    IF (NEW.id, NEW.dataset_id, NEW.package_id, NEW.kind, NEW.opened)
       IS DISTINCT FROM (OLD.id, OLD.dataset_id, OLD.package_id, OLD.kind, OLD.opened)
    THEN
        PERFORM sonla_revision_refuse('what it is about stays');
    END IF;
    IF NOT OLD.editors <@ NEW.editors THEN
        PERFORM sonla_revision_refuse('who edited stays known');
    END IF;
    IF NOT moved AND (NEW.submitted_by, NEW.submitted, NEW.decided_by, NEW.decided)
       IS DISTINCT FROM
       (OLD.submitted_by, OLD.submitted, OLD.decided_by, OLD.decided) THEN
        PERFORM sonla_revision_refuse('who submitted and decided goes with a step');
    END IF;
    IF step = 'published superseded' AND NOT sonla_seal_open(OLD.dataset_id) THEN
        PERFORM sonla_revision_refuse('only its successor supersedes it');
    END IF;
    IF OLD.state IN ('submitted', 'scheduled', 'publishing')
       AND NEW.state IN ('submitted', 'scheduled', 'publishing', 'published')
       AND (NEW.content, NEW.digest, NEW.digest_version, NEW.data_period,
            NEW.publish_at, NEW.editors, NEW.submitted_by, NEW.submitted)
       IS DISTINCT FROM
           (OLD.content, OLD.digest, OLD.digest_version, OLD.data_period,
            OLD.publish_at, OLD.editors, OLD.submitted_by, OLD.submitted) THEN
        PERFORM sonla_revision_refuse('what the digest names stands still');
    END IF;
    IF OLD.state IN ('published', 'superseded', 'discarded')
       AND to_jsonb(NEW) - ARRAY['state', 'version']
           <> to_jsonb(OLD) - ARRAY['state', 'version'] THEN
        PERFORM sonla_revision_refuse('it has ended');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION sonla_revision_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM sonla_revision_refuse('revisions are never deleted');
    RETURN NULL;
END $$;

CREATE TRIGGER sonla_revision_born BEFORE INSERT ON sonla_revision
    FOR EACH ROW EXECUTE FUNCTION sonla_revision_born();
CREATE TRIGGER sonla_revision_moves BEFORE UPDATE ON sonla_revision
    FOR EACH ROW EXECUTE FUNCTION sonla_revision_moves();
CREATE TRIGGER sonla_revision_stays BEFORE DELETE ON sonla_revision
    FOR EACH ROW EXECUTE FUNCTION sonla_revision_stays();
"""


def upgrade() -> None:
    op.execute(GUARD)


def downgrade() -> None:
    for name in ("stays", "moves", "born"):
        op.execute(f"DROP TRIGGER sonla_revision_{name} ON sonla_revision")
    for name in ("stays()", "moves()", "born()", "refuse(text)"):
        op.execute(f"DROP FUNCTION sonla_revision_{name}")
