"""Agencies' real programs: Datasette, json-server, PostgreSQL, MariaDB, SQLite."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest
import sqlalchemy as sa

from ckan.common import config as settings
from ckanext.sonla.harvesting import rest, sql
from ckanext.sonla.harvesting.problems import SourceProblem

from . import peers
from .conftest import LIMITS, OWNED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("at_home")
PATIENT = replace(LIMITS, answer_seconds=30, silent_seconds=30, page_rows=20_000)
SOME = 50_000
OPEN = {"tls": {"verify": False}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: Any) -> Path:
    return tmp_path_factory.mktemp("sources")


@pytest.fixture(scope="module")
def flights(folder: Path) -> Path:
    path = folder / "flights.db"
    peers.make_flights(path)
    return path


@pytest.fixture
def files(folder: Path, flights: Path, ckan_config: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(ckan_config, "sonla.harvesting.sqlite_folder", str(folder))


@pytest.fixture(scope="module")
def mariadb(folder: Path) -> Iterator[dict[str, Any]]:
    with peers.mariadb(folder) as found:
        yield found


@pytest.fixture(scope="module")
def postgresql() -> Iterator[dict[str, Any]]:
    """Return how to reach a schema of the tests' own PostgreSQL."""
    url = sa.make_url(settings["sqlalchemy.url"])
    connection = psycopg2.connect(url.render_as_string(hide_password=False))
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("DROP SCHEMA IF EXISTS nguon CASCADE; CREATE SCHEMA nguon")
    yield {
        "url": f"postgresql://{url.host}:{url.port}/{url.database}",
        "user": url.username,
        "password": url.password,
        "cursor": cursor,
    }
    cursor.execute("DROP SCHEMA nguon CASCADE")
    connection.close()


def read(peer: Any, checkpoint: Any = None, limits: Any = PATIENT, **more: Any) -> list:
    """Pull a database's rows, page by page."""
    if isinstance(peer, str):
        return list(sql.pull(peer, {**OWNED, **more}, {}, checkpoint, limits))
    auth = {"auth": {"type": "password", "user": peer["user"], "password": ""}}
    config = {**OWNED, **OPEN, **auth, **more}
    secrets = {"password": peer["password"]}
    return list(sql.pull(peer["url"], config, secrets, checkpoint, limits))


def rows_of(pages: list) -> list[dict[str, Any]]:
    return [row for page in pages for row in page.rows]


def refused(peer: Any, **more: Any) -> str:
    with pytest.raises(SourceProblem) as caught:
        read(peer, **more)
    assert caught.value.words()
    return caught.value.code


# Over HTTP


def test_datasette_gives_its_flights_by_its_next_page(flights: Path, folder: Path):
    config = {
        **OWNED,
        "records": "rows",
        "parameters": {"_size": "max", "_shape": "objects", "id__lte": SOME},
        "paging": {"type": "next_link", "path": "next_url"},
        "key": ["id"],
    }
    with peers.datasette(flights, folder) as address:
        limits = replace(PATIENT, page_bytes=20_000_000)
        url = f"{address}/flights/flights.json"
        seen, checkpoints = 0, []
        for page in rest.pull(url, config, {}, None, limits):
            assert page.rows[0]["id"] == seen + 1
            seen += len(page.rows)
            checkpoints.append(page.checkpoint)
        assert seen == SOME
        # Broken off behind the last page but two, it goes on with exactly what is left.
        again = rest.pull(url, config, {}, checkpoints[-3], limits)
        ids = [row["id"] for page in again for row in page.rows]
        assert ids == list(range(len(checkpoints[:-2]) * 10_000 + 1, seen + 1))


def test_json_server_gives_every_plane_by_its_link_header(folder: Path):
    config = {
        **OWNED,
        "parameters": {"_page": 1, "_limit": 500},
        "paging": {"type": "link_header"},
    }
    with peers.json_server(folder) as address:
        pages = list(rest.pull(f"{address}/planes", config, {}, None, PATIENT))
        assert [row["tailnum"] for row in rows_of(pages)] == [
            plane["tailnum"] for plane in peers.planes()
        ]
        assert len(pages) == 7
        # One table, one answer, and asked again whether it changed: one request.
        (page,) = rest.pull(f"{address}/planes", OWNED, {}, None, PATIENT)
        (same,) = rest.pull(f"{address}/planes", OWNED, {}, page.checkpoint, PATIENT)
        assert (same.unchanged, same.requests, same.rows) == (True, 1, [])


# Databases


def test_sqlite_gives_every_flight_and_goes_on_behind_any_page(files: None):
    url = "sqlite:///flights.db"
    pages = read(url, **{"from": "flights"}, key=["id"])
    assert sum(len(page.rows) for page in pages) == peers.FLIGHTS
    assert max(len(page.rows) for page in pages) == 20_000
    checkpoint = json.loads(json.dumps(pages[14].checkpoint))
    again = read(url, checkpoint, **{"from": "flights"}, key=["id"])
    assert rows_of(again) == rows_of(pages[15:])


def fill(peer: dict[str, Any], run: Any) -> None:
    """Make a table with what a type has no room for in Python."""
    is_mysql = "as_root" in peer
    zero = "0000-00-00" if is_mysql else "0001-01-01 BC"
    schema = "" if is_mysql else "nguon."
    if is_mysql:
        run("SET SESSION sql_mode = ''")
    run(f"DROP TABLE IF EXISTS {schema}xe")
    kind = "DATETIME" if is_mysql else "TIMESTAMP"
    run(
        f"CREATE TABLE {schema}xe (ma INT, nhom INT, ngay DATE, luc {kind},"
        " so DECIMAL(38,10), ten VARCHAR(50), PRIMARY KEY (nhom, ma))"
    )
    for number in range(1, 51):
        run(
            f"INSERT INTO {schema}xe VALUES ({number}, {number % 3},"  # noqa: S608 - ours
            f" '{zero if number == 1 else '9999-12-31'}', '2026-01-{number % 28 + 1:02}"
            f" 10:00:00', 9999999999999999999999999999.0000000001, 'Ô tô 100% :x')"
        )


@pytest.fixture(params=["mariadb", "postgresql"])
def server(request: pytest.FixtureRequest) -> tuple[dict[str, Any], str]:
    """Return a database server with a table, and the table's name."""
    peer = request.getfixturevalue(request.param)
    if request.param == "postgresql":
        fill(peer, peer["cursor"].execute)
        return peer, "nguon.xe"
    with peer["as_root"]() as connection, connection.cursor() as cursor:
        fill(peer, cursor.execute)
    return peer, "xe"


def test_dates_and_numbers_beyond_pythons_come_as_they_are_written(server: Any):
    peer, table = server
    rows = rows_of(read(peer, **{"from": table}, key=["nhom", "ma"]))
    assert len(rows) == 50
    odd = next(row for row in rows if row["ma"] == 1)
    assert odd["ngay"] in {"0000-00-00", "0001-01-01 BC"}
    assert {row["ngay"] for row in rows} - {odd["ngay"]} == {"9999-12-31"}
    assert str(odd["so"]) == "9999999999999999999999999999.0000000001"


def test_a_key_of_several_fields_goes_on_behind_any_row(server: Any):
    peer, table = server
    limits = replace(PATIENT, page_rows=7)
    asked: Any = {"from": table, "key": ["nhom", "ma"], "limits": limits}
    pages = read(peer, **asked)
    assert [len(page.rows) for page in pages] == [*[7] * 7, 1]
    for number, page in enumerate(pages[:-1], 1):
        checkpoint = json.loads(json.dumps(page.checkpoint))
        assert rows_of(read(peer, checkpoint, **asked)) == rows_of(pages[number:])


def test_only_what_changed_is_read(server: Any):
    peer, table = server
    asked: Any = {"from": table, "key": ["ma"], "incremental": {"field": "ma"}}
    (first,) = read(peer, **asked)
    (none,) = read(peer, first.checkpoint, **asked)
    assert (len(first.rows), none.rows) == (50, [])
    query = {"query": f"SELECT * FROM {table} WHERE ten LIKE '%100% :x';"}  # noqa: S608 - ours
    del asked["from"]
    some = read(peer, {"next": None, "high": 45}, **asked, **query)
    assert [row["ma"] for row in rows_of(some)] == [46, 47, 48, 49, 50]


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM {table}",
        "SELECT 1; DELETE FROM {table}",
        "SELECT 1; SELECT 2",
        "UPDATE {table} SET ma = 5",
        "WITH gone AS (DELETE FROM {table} RETURNING *) SELECT * FROM gone",
        "SELECT * INTO khac FROM {table}",
        "SELECT * FROM {table} FOR UPDATE",
        "CALL x()",
        "SELECT * FROM (",
        "DROP TABLE {table}",
        "",
        ";",
    ],
)
def test_a_query_that_is_no_plain_select_is_refused(server: Any, query: str):
    peer, table = server
    code = refused(peer, query=query.format(table=table))
    assert code in {"query_writes", "query_not_one", "query_unreadable"}
    assert len(rows_of(read(peer, **{"from": table}))) == 50


def test_the_server_lets_nothing_be_written_whatever_the_query_hides(
    postgresql: Any, mariadb: Any, files: None, monkeypatch: Any
):
    """Past our own reading of the query, the connection itself only reads."""
    monkeypatch.setattr(sql.queries, "checked", lambda query, _: query)
    cursor = postgresql["cursor"]
    cursor.execute("CREATE SEQUENCE IF NOT EXISTS nguon.so")
    assert refused(postgresql, query="SELECT nextval('nguon.so')") == "database"
    with mariadb["as_root"]() as connection, connection.cursor() as own:
        own.execute("CREATE OR REPLACE SEQUENCE so")
    assert refused(mariadb, query="SELECT NEXTVAL(so)") == "database"
    for query in ("SELECT load_extension('x')", "SELECT * FROM pragma_database_list"):
        assert refused("sqlite:///flights.db", query=query) == "database"


def test_one_statement_has_no_more_time_than_it_may_take(postgresql: Any, files: None):
    quick = replace(LIMITS, answer_seconds=0.3)
    assert refused(postgresql, query="SELECT pg_sleep(5)", limits=quick) == "too_slow"
    endless = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
        " SELECT count(*) FROM n"
    )
    assert refused("sqlite:///flights.db", query=endless, limits=quick) == "too_slow"


def test_a_thousand_columns_and_nul_bytes_come_through(files: None, folder: Path):
    import sqlite3

    names = ", ".join(f"cot_{number}" for number in range(1000))
    with sqlite3.connect(folder / "rong.db") as database:
        database.execute(f"CREATE TABLE rong ({names})")
        values = ", ".join(
            ["'a' || char(0) || 'b'", "x'ff00'", "CAST(x'ff' AS TEXT)", *["1"] * 997]
        )
        database.execute(f"INSERT INTO rong VALUES ({values})")  # noqa: S608 - ours
    ((row,),) = [page.rows for page in read("sqlite:///rong.db", **{"from": "rong"})]
    assert len(row) == 1000
    assert (row["cot_0"], row["cot_1"]) == ("a\0b", b"\xff\x00")
    assert row["cot_2"] == "\udcff"  # A half character, which the checks refuse.


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////etc/passwd",
        "sqlite:///../flights.db",
        "sqlite:///khong-co.db",
        "sqlite:///ra-ngoai.db",
    ],
)
def test_sqlite_files_are_the_operators_only(files: None, folder: Path, url: str):
    link = folder / "ra-ngoai.db"
    if not link.is_symlink():
        link.symlink_to("/etc/passwd")
    assert refused(url, **{"from": "x"}) == "database_file"


def test_what_is_wrong_with_a_database_is_told_in_words(server: Any):
    peer, table = server
    assert (
        refused({**peer, "user": "khong_co", "password": "sai"}, **{"from": table})
        == "account"
    )
    assert refused(peer, **{"from": "khong_co"}) == "database"
    assert refused(peer, query="SELECT 1 AS a, 2 AS a") in {"columns_twice", "database"}
    away = {**peer, "url": f"{peer['url'].split(':')[0]}://127.0.0.1:9/x"}
    assert refused(away, **{"from": table}) == "unreachable"


def test_no_database_of_the_portals_own_network_is_asked_unless_it_may(
    server: Any, ckan_config: Any, monkeypatch: Any
):
    peer, table = server
    monkeypatch.setitem(ckan_config, "sonla.web.private_hosts", "")
    assert refused(peer, **{"from": table}) == "address"


def test_a_run_keeps_to_the_pace_that_its_source_can_bear(files: None):
    slow = replace(PATIENT, page_rows=100, rows=1_000, rows_per_second=1_000)
    import time

    began = time.monotonic()
    query = "SELECT * FROM flights WHERE id <= 500"
    rows = rows_of(read("sqlite:///flights.db", query=query, limits=slow))
    assert len(rows) == 500
    assert time.monotonic() - began >= 0.4
