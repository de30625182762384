"""What reading needs among a million: counts that nobody counts, and words.

Revision ID: 004_reading
Revises: 003_handling
"""

from alembic import op

from ckanext.sonla.shared import policy

revision = "004_reading"
down_revision = "003_handling"
branch_labels = None
depends_on = None

# Each change adds a line to `delta`, so that two who write never wait for one another;
# the tick folds the lines into `count`. There, agency '' is all of them together.
COUNT = """
CREATE TABLE sonla_feedback_count (
    handler_id text NOT NULL,
    visible boolean NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    year smallint NOT NULL,
    late boolean NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (handler_id, visible, kind, state, year, late)
);
CREATE TABLE sonla_feedback_delta (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    handler_id text NOT NULL,
    visible boolean NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    year smallint NOT NULL,
    late boolean NOT NULL,
    n integer NOT NULL
);
"""
# The policy's time zone, in which years and months begin. The tick makes it anew where
# policy says another one (reading/zone.py).
ZONE = """
CREATE FUNCTION sonla_feedback_zone() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT '{zone}'::text $$;
"""
_CELL = """
    handler_id, moderation = 'clear' AND received IS NOT NULL AS visible, kind, state,
    extract(year FROM coalesce(received, created) AT TIME ZONE sonla_feedback_zone())
        ::smallint AS year,
    coalesce(closed > due_at, false) AS late
"""
COUNTED = """
CREATE FUNCTION sonla_feedback_counted() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO sonla_feedback_delta
            (handler_id, visible, kind, state, year, late, n)
        SELECT CELL, count(*) FROM became GROUP BY 1, 2, 3, 4, 5, 6;
    ELSE
        INSERT INTO sonla_feedback_delta
            (handler_id, visible, kind, state, year, late, n)
        SELECT handler_id, visible, kind, state, year, late, sum(n) FROM (
            SELECT CELL, 1 AS n FROM became
            UNION ALL SELECT CELL, -1 FROM was
        ) AS changed
        GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(n) <> 0;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER sonla_feedback_counted_new AFTER INSERT ON sonla_feedback
    REFERENCING NEW TABLE AS became
    FOR EACH STATEMENT EXECUTE FUNCTION sonla_feedback_counted();
CREATE TRIGGER sonla_feedback_counted_anew AFTER UPDATE ON sonla_feedback
    REFERENCING OLD TABLE AS was NEW TABLE AS became
    FOR EACH STATEMENT EXECUTE FUNCTION sonla_feedback_counted();
CREATE FUNCTION sonla_feedback_count_all() RETURNS void
LANGUAGE sql AS $$
    DELETE FROM sonla_feedback_count;
    DELETE FROM sonla_feedback_delta;
    INSERT INTO sonla_feedback_delta (handler_id, visible, kind, state, year, late, n)
        SELECT CELL, count(*) FROM sonla_feedback GROUP BY 1, 2, 3, 4, 5, 6;
$$;
SELECT sonla_feedback_count_all();
""".replace("CELL", _CELL)
# Without marks and case, as the search for data folds words; `/` is in no word, so
# that `/202611` is the month only. The month keeps a search for a common word short.
WORDS = r"""
CREATE FUNCTION sonla_feedback_fold(said text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT btrim(regexp_replace(lower(translate(
        regexp_replace(normalize(said, NFKD), '[\u0300-\u036f]', '', 'g'),
        'Đđ', 'dd'
    )), '(\W|_)+', ' ', 'g'))
$$;
CREATE TABLE sonla_feedback_found (
    feedback_id text PRIMARY KEY REFERENCES sonla_feedback (id),
    words tsvector NOT NULL
);
CREATE INDEX sonla_feedback_found_words ON sonla_feedback_found USING gin (words);

CREATE FUNCTION sonla_feedback_words_of(told sonla_feedback) RETURNS tsvector
LANGUAGE sql STABLE AS $$
    SELECT to_tsvector('simple', sonla_feedback_fold(concat_ws(' ',
            told.code,
            CASE WHEN told.publish_text THEN told.public_subject END,
            told.public_text,
            (SELECT string_agg(answer.text, ' ') FROM sonla_feedback_answer AS answer
             WHERE answer.feedback_id = told.id AND answer.state = 'approved')
        )))
        || array_to_tsvector(ARRAY[
            '/' || to_char(told.received AT TIME ZONE sonla_feedback_zone(), 'YYYYMM')
        ])
$$;
CREATE FUNCTION sonla_feedback_is_found() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.moderation = 'clear' AND NEW.received IS NOT NULL AND EXISTS (
        SELECT FROM sonla_feedback_answer AS answer
        WHERE answer.feedback_id = NEW.id AND answer.state = 'approved'
    ) THEN
        INSERT INTO sonla_feedback_found (feedback_id, words)
        VALUES (NEW.id, sonla_feedback_words_of(NEW))
        ON CONFLICT (feedback_id) DO UPDATE SET words = excluded.words;
    ELSE
        DELETE FROM sonla_feedback_found WHERE feedback_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER sonla_feedback_is_found
    AFTER UPDATE OF state, moderation, received, publish_text, public_subject,
        public_text
    ON sonla_feedback
    FOR EACH ROW EXECUTE FUNCTION sonla_feedback_is_found();
INSERT INTO sonla_feedback_found (feedback_id, words)
    SELECT told.id, sonla_feedback_words_of(told) FROM sonla_feedback AS told
    WHERE told.moderation = 'clear' AND told.received IS NOT NULL AND EXISTS (
        SELECT FROM sonla_feedback_answer AS answer
        WHERE answer.feedback_id = told.id AND answer.state = 'approved'
    );
"""
INDEXES = """
CREATE INDEX sonla_feedback_kind ON sonla_feedback (kind, received DESC, id);
CREATE INDEX sonla_feedback_state ON sonla_feedback (state, received DESC, id);
CREATE INDEX sonla_feedback_supported
    ON sonla_feedback (kind, supports DESC, received DESC, id);
CREATE INDEX sonla_feedback_closed ON sonla_feedback (closed DESC, id)
    WHERE closed IS NOT NULL;
CREATE INDEX sonla_feedback_late ON sonla_feedback (due_at DESC, id)
    WHERE closed IS NULL OR closed > due_at;
CREATE INDEX sonla_feedback_wanted ON sonla_feedback (entry_code, received)
    INCLUDE (supports)
    WHERE kind = 'publish_request' AND moderation = 'clear';
CREATE INDEX sonla_feedback_wanted_text
    ON sonla_feedback (md5(sonla_feedback_fold(subject)), received)
    INCLUDE (supports)
    WHERE kind = 'publish_request' AND moderation = 'clear';
"""
NAMES = (
    "kind",
    "state",
    "supported",
    "closed",
    "late",
    "wanted",
    "wanted_text",
)


def upgrade():
    op.execute(ZONE.format(zone=policy.text("timezone").replace("'", "''")))
    for part in (COUNT, COUNTED, WORDS, INDEXES):
        op.execute(part)


def downgrade():
    for name in NAMES:
        op.execute(f"DROP INDEX sonla_feedback_{name}")
    op.execute("DROP TRIGGER sonla_feedback_is_found ON sonla_feedback")
    op.execute("DROP TRIGGER sonla_feedback_counted_new ON sonla_feedback")
    op.execute("DROP TRIGGER sonla_feedback_counted_anew ON sonla_feedback")
    op.execute("DROP FUNCTION sonla_feedback_is_found()")
    op.execute("DROP FUNCTION sonla_feedback_counted()")
    op.execute("DROP FUNCTION sonla_feedback_count_all()")
    op.execute("DROP FUNCTION sonla_feedback_words_of(sonla_feedback)")
    op.execute(
        "DROP TABLE sonla_feedback_found, sonla_feedback_delta, sonla_feedback_count"
    )
    op.execute("DROP FUNCTION sonla_feedback_fold(text)")
    op.execute("DROP FUNCTION sonla_feedback_zone()")
