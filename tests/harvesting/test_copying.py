"""PostgreSQL's COPY gives what its cursor gives, only quicker."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckanext.sonla.harvesting import copying, sql
from ckanext.sonla.harvesting.problems import SourceProblem
from ckanext.sonla.harvesting.runs import cells

from .conftest import LIMITS

if TYPE_CHECKING:
    from collections.abc import Iterator

QUERY = """
SELECT * FROM (VALUES
 (1, 'Xã Chiềng Cọ', 12.50, 1.5::float8, date '2026-09-30',
  timestamp '2026-09-30 07:05:01.5', true, 'a'::char(3)),
 (2, E'tab\\t dòng\\n lùi\\\\ "ngoặc", phẩy\\r', -0.001, 1e20::float8,
  date '0001-01-01', timestamp '9999-12-31 23:59:59', false, ''::char(3)),
 (3, '\\N', 100000000000000000000.0, 2.5e-7::float8, NULL, NULL, NULL, NULL),
 (4, '', NULL, NULL, date '2026-01-01', NULL, true, 'abc')
) AS t (ma, ten, so, thuc, ngay, luc, dung, chu)
"""
FIELDS: list[dict[str, Any]] = [
    {"name": "ma", "type": "integer"},
    {"name": "ten", "type": "string"},
    {"name": "so", "type": "number", "decimalChar": ","},
    {"name": "so", "type": "integer"},
    {"name": "thuc", "type": "number"},
    {"name": "ngay", "type": "date", "format": "%d/%m/%Y"},
    {"name": "ngay", "type": "date"},
    {"name": "luc", "type": "datetime"},
    {"name": "dung", "type": "boolean", "trueValues": ["Có"], "falseValues": ["Không"]},
    {"name": "dung", "type": "string"},
    {"name": "chu", "type": "string"},
]


@pytest.fixture
def theirs(at_home: None) -> Iterator[Any]:
    """Return a connection to PostgreSQL that only reads."""
    url = sa.make_url(tk.config["sqlalchemy.url"])
    connection = psycopg2.connect(url.render_as_string(hide_password=False))
    connection.set_session(readonly=True)
    yield connection
    connection.close()


def config(query: str = QUERY, **more: Any) -> dict[str, Any]:
    url = sa.make_url(tk.config["sqlalchemy.url"])
    auth = {"type": "password", "user": url.username}
    return {
        "query": query,
        "key": ["ma"],
        "auth": auth,
        "tls": {"verify": False},
        **more,
    }


def read(query: str = QUERY, **limits: Any) -> list[Any]:
    url = sa.make_url(tk.config["sqlalchemy.url"])
    address = f"postgresql://{url.host}:{url.port}/{url.database}"
    secrets = {"password": str(url.password)}
    most = replace(LIMITS, **{"page_rows": 2, **limits})
    return list(sql.pull(address, config(query), secrets, None, most))


def written(pages: list[Any]) -> list[list[tuple[str, ...]]]:
    """Return the cells of each field, as a run writes them."""
    ways = [cells.ways([one["name"]], {}, {one["name"]: one})[0] for one in FIELDS]
    return [list(cells.written(page.rows, ways, None).rows) for page in pages]


def test_both_ways_give_the_same_cells_and_checkpoints(theirs: Any):
    copied, fetched = read(), read(rows_per_second=1e9)
    assert written(copied) == written(fetched)
    assert [page.checkpoint for page in copied] == [one.checkpoint for one in fetched]
    first = written(copied)[0][0]
    assert first == (
        "1", "Xã Chiềng Cọ", "12,50", "12.50", "1.5", "30/09/2026", "2026-09-30",
        "2026-09-30 07:05:01.5", "Có", "true", "a  ",
    )  # fmt: skip


def test_a_copy_was_made(theirs: Any, monkeypatch: Any):
    monkeypatch.setattr(sql._Run, "_fetched", None)
    assert [len(page.rows) for page in read()] == [2, 2]
    assert [len(page.rows) for page in read(f"{QUERY} WHERE ma > 9")] == [0]


@pytest.mark.parametrize("of", ["'{1,2}'::int[]", "'{}'::jsonb", "'\\x00'::bytea"])
def test_other_types_are_read_with_a_cursor(theirs: Any, of: str):
    assert copying.pages(theirs, f"SELECT {of} AS x", {}, [], LIMITS) is None


def test_whoever_stops_reading_stops_the_copy(theirs: Any):
    query = "SELECT n AS ma FROM generate_series(1, 100000000) n"
    # The server makes all numbers before it gives the first one.
    patient = replace(LIMITS, answer_seconds=60)
    found = copying.pages(
        theirs, query.replace("100000000", "3000000"), {}, ["ma"], patient
    )
    assert found is not None
    began = time.monotonic()
    with closing(found):  # pyright: ignore[reportArgumentType]
        assert len(next(found)) == LIMITS.page_rows
    assert time.monotonic() - began < 30  # It would be minutes.
    theirs.rollback()
    assert theirs.get_transaction_status() == 0


def test_a_copy_that_breaks_off_says_why(theirs: Any):
    query = "SELECT 1 / (n - 5) AS ma FROM generate_series(1, 10) n"
    with pytest.raises(SourceProblem) as caught:
        read(query)
    assert caught.value.code == "database"
    assert "zero" in caught.value.words()


def test_a_copy_that_gives_nothing_for_too_long_is_ended(theirs: Any):
    query = "SELECT n AS ma, pg_sleep(n)::text AS ngu FROM generate_series(0, 60) n"
    with pytest.raises(SourceProblem) as caught:
        read(query, page_rows=2, answer_seconds=0.5)
    assert caught.value.code == "too_slow"
