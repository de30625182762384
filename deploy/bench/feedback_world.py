"""Five years of feedback of 150 agencies, made inside PostgreSQL by statements."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.feedback.handling import freezing
from ckanext.sonla.feedback.reading import counting
from ckanext.sonla.shared import clock
from tests.factories import agencies
from tests.factories import approval as make

from .timing import stopwatch

if TYPE_CHECKING:
    from collections.abc import Iterator

AGENCIES = 150
DATASETS = 3000
QUARTERS = 19
# Of 1000 that came long ago, so many wait all the same.
_FORGOTTEN = 2

_AGENCIES = """
    INSERT INTO "group" (id, name, title, type, is_organization, approval_status,
                         state, created, extras)
    SELECT 'agency-' || n, 'co-quan-' || n, 'Cơ quan số ' || n, 'organization', true,
           'approved', 'active', now() - interval '6 years', '{}'
    FROM generate_series(2, :agencies) AS n
"""
# Numbers that share no factor, so that every kind meets every state and agency.
_FEEDBACK = """
    INSERT INTO sonla_feedback (
        id, code, secret_hash, kind, subject, text, publish_text, public_subject,
        public_text, language, dataset_id, entry_code, about_agency_id, handler_id,
        state, moderation, round, created, received, due, due_at, closed, supports,
        forgotten
    )
    SELECT
        'f-' || n, 'PH-' || upper(lpad(to_hex(n), 12, '0')), md5(n::text), kind,
        subject, text, n % 20 > 0,
        CASE WHEN closed IS NOT NULL AND n % 20 > 0 THEN subject END,
        CASE WHEN closed IS NOT NULL AND n % 20 > 0 THEN text END,
        'vi', 'dataset-' || n % :datasets,
        CASE WHEN n % 5 = 0 THEN 'DL-' || n % 500 END, agency, agency,
        CASE WHEN closed IS NULL THEN
                (ARRAY['received', 'assigned', 'in_progress', 'paused'])[1 + n % 4]
             WHEN n % 12 = 0 THEN 'rejected' ELSE 'answered' END,
        'clear', 1, received, received, due_at::date - 1, due_at, closed,
        CASE WHEN kind = 'publish_request' THEN n % 37 ELSE 0 END,
        -- As the ticks of the years before left it.
        CASE WHEN closed < now() - interval '23 months' THEN closed END
    FROM (
        SELECT *, CASE WHEN received > now() - interval '13 days'
                       THEN CASE WHEN n % 3 = 0 THEN least(now(), done) END
                       WHEN n % 1000 < :forgotten THEN NULL
                       ELSE done END AS closed
        FROM (
            SELECT
                n, (ARRAY['publish_request', 'quality', 'availability', 'format',
                    'lawfulness', 'regulation_proposal', 'other'])[1 + n % 7] AS kind,
                'Số liệu của xã số ' || n % 911 || ' thiếu dòng ' || n AS subject,
                'Bảng không có số liệu quý của xã số ' || n % 911
                    || ', đề nghị bổ sung dòng ' || n || ' và cột diện tích.' AS text,
                CASE n % :agencies WHEN 0 THEN :own
                     ELSE 'agency-' || 1 + n % :agencies END AS agency,
                received, received + interval '10 days' AS due_at,
                received + (1 + n % 12) * interval '23 hours' AS done
            FROM (
                SELECT n, now() - n * (interval '5 years' / :most) AS received
                FROM generate_series(1, :most) AS n
            ) AS times
        ) AS made
    ) AS ended
"""
_ANSWERS = """
    INSERT INTO sonla_feedback_answer (
        id, feedback_id, round, kind, text, reason, state, agency_id, writers,
        submitted_by, submitted, decided_by, decided
    )
    SELECT 'a-' || id, id, 1,
           CASE state WHEN 'rejected' THEN 'rejection' ELSE 'answer' END,
           'Đã bổ sung số liệu, xem phiên bản mới của bộ dữ liệu ' || dataset_id,
           CASE state WHEN 'rejected' THEN 'duplicate' END,
           'approved', handler_id, ARRAY['officer'], 'officer', closed, 'leader', closed
    FROM sonla_feedback WHERE closed IS NOT NULL
"""
# What `sonla_feedback_words_of` makes of the texts above, said in a way that is quick:
# `_check` compares them.
_FOUND = """
    INSERT INTO sonla_feedback_found (feedback_id, words)
    SELECT id, to_tsvector('simple', concat_ws(' ', 'ph ' || split_part(folded, '-', 2),
            CASE WHEN publish_text THEN
                'so lieu cua xa so ' || commune || ' thieu dong ' || n
                || ' bang khong co so lieu quy cua xa so ' || commune
                || ' de nghi bo sung dong ' || n || ' va cot dien tich' END,
            'da bo sung so lieu xem phien ban moi cua bo du lieu dataset '
                || split_part(dataset_id, '-', 2)))
        || array_to_tsvector(ARRAY[
            '/' || to_char(received AT TIME ZONE sonla_feedback_zone(), 'YYYYMM')])
    FROM (
        SELECT *, lower(code) AS folded, substr(id, 3) AS n,
               substr(id, 3)::integer % 911 AS commune
        FROM sonla_feedback WHERE closed IS NOT NULL
    ) AS told
"""
_CHECK = """
    SELECT bool_and(found.words = sonla_feedback_words_of(told))
    FROM (SELECT * FROM sonla_feedback WHERE closed IS NOT NULL LIMIT 200) AS told
    LEFT JOIN sonla_feedback_found AS found ON found.feedback_id = told.id
"""
# Built at once, the indexes of a million rows take seconds instead of minutes.
_FILLED = ("sonla_feedback", "sonla_feedback_answer", "sonla_feedback_found")
_INDEXES = """
    SELECT index.indexrelid::regclass::text, pg_get_indexdef(index.indexrelid)
    FROM pg_index AS index
    WHERE index.indrelid = ANY (CAST(:tables AS regclass[]))
      AND NOT EXISTS (SELECT FROM pg_constraint AS kept
                      WHERE kept.conindid = index.indexrelid)
"""
_COUNTS = """
    INSERT INTO sonla_feedback_delta (handler_id, visible, kind, state, year, late, n)
    SELECT handler_id, true, kind, state,
           extract(year FROM received AT TIME ZONE sonla_feedback_zone())::smallint,
           coalesce(closed > due_at, false), count(*)
    FROM sonla_feedback GROUP BY 1, 2, 3, 4, 5, 6
"""


def people(superuser: sa.Engine) -> tuple[dict[str, str], make.Office]:
    """Make the operating office, an agency with people, and the other agencies."""
    staff = agencies.staff()
    office = make.office(name="co-quan-1", title="Cơ quan số 1")
    with _replica(superuser) as connection:
        connection.execute(sa.text(_AGENCIES), {"agencies": AGENCIES})
    return staff, office


def fill(superuser: sa.Engine, office: make.Office, most: int) -> None:
    """Make feedback of five years, the answers to it, and what reading keeps of it."""
    given = {
        "most": most,
        "agencies": AGENCIES,
        "datasets": DATASETS,
        "own": office.id,
        "forgotten": _FORGOTTEN,
    }
    with _replica(superuser) as connection:
        connection.execute(sa.text("SET LOCAL maintenance_work_mem = '256MB'"))
        asked = sa.text(_INDEXES), {"tables": list(_FILLED)}
        indexes = connection.execute(*asked).all()
        for name, _ in indexes:
            connection.execute(sa.text(f"DROP INDEX {name}"))
        connection.execute(sa.text(_FEEDBACK), given)
        for part in (_ANSWERS, _FOUND, _COUNTS, *(made for _, made in indexes)):
            connection.execute(sa.text(part))
    counting.fold()
    model.Session.remove()
    tidy(superuser)
    with superuser.connect() as connection:
        if not connection.scalar(sa.text(_CHECK)):
            raise RuntimeError("the words that are searched are not the trigger's")


def freeze() -> float:
    """Freeze the quarters that are over, as their ticks would have.

    Returns:
        How long the last one took, in seconds.
    """
    quarter, ended = clock.period_of(clock.today(), "quarter"), []
    for _ in range(QUARTERS):
        quarter = quarter.previous()
        ended.append(quarter)
    took = 0.0
    for one in reversed(ended):
        with stopwatch() as seconds:
            freezing.freeze(one)
            model.Session.commit()
        took = seconds[0]
    return took


def tidy(superuser: sa.Engine) -> None:
    """Do what autovacuum does in time: dead rows cost every scan of them."""
    with superuser.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(
            sa.text("VACUUM ANALYZE")
        )


@contextmanager
def _replica(superuser: sa.Engine) -> Iterator[sa.Connection]:
    """Begin a transaction of the superuser past triggers: they are timed elsewhere."""
    with superuser.begin() as connection:
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        yield connection
