"""Databases that refuse, break off or would be written; and queries that write."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ckan.common import config as portal
from ckanext.sonla.harvesting import sql
from tests.harvesting import running
from tests.harvesting.conftest import LIMITS
from tests.harvesting.reading import read, refused, rows_of

from .conftest import spooled
from .cutting import way
from .fault import PAGES, Fault

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import World

pytestmark = pytest.mark.usefixtures("at_home")

QUERIES = {
    "A query that writes": Fault("query_writes", "DELETE FROM {table}"),
    "A query that writes within a SELECT": Fault(
        "query_writes",
        "WITH gone AS (DELETE FROM {table} RETURNING *) SELECT * FROM gone",
    ),
    "A query of two statements": Fault(
        "query_not_one", "SELECT 1; DELETE FROM {table}"
    ),
    "A query that can't be read": Fault("query_unreadable", "SELECT * FROM ("),
    "A column name twice in a query": Fault("columns_twice", "SELECT 1 AS a, 2 AS a"),
}  # fmt: skip
TABLES = {
    "A table that isn't there": Fault("database", "khong_co"),
}
FILES = {
    "An SQLite file outside the operator's folder": Fault(
        "database_file", "sqlite:////etc/passwd"
    ),
}
FAULTS = {
    **QUERIES,
    **TABLES,
    **FILES,
    "A function that writes, hidden in a SELECT": Fault("database"),
    "A statement that takes too long": Fault("too_slow", kept=PAGES),
    "A database that refuses the account": Fault("account"),
    "A database that is away": Fault("unreachable", kept=PAGES),
    "A connection that breaks off in the middle of a cursor": Fault(
        "unreachable", kept=PAGES
    ),
    "A run that can't go on without a key": Fault("start_again"),
    "A key that isn't there": Fault("no_field"),
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_that_is_no_plain_select_is_refused(server: Any, name: str):
    peer, table = server
    fault = QUERIES[name]
    found = refused(peer, query=fault.does.format(table=table))
    # MariaDB itself refuses a name that comes twice.
    assert found in {fault.code, "database" if "twice" in name else fault.code}
    assert len(rows_of(read(peer, **{"from": table}))) == 50


OTHERS = [
    "SELECT 1; SELECT 2",
    "UPDATE {table} SET ma = 5",
    "SELECT * INTO khac FROM {table}",
    "SELECT * FROM {table} FOR UPDATE",
    "CALL x()",
    "DROP TABLE {table}",
    "",
    ";",
]


def test_however_it_is_written_nothing_but_a_select_is_sent(server: Any):
    peer, table = server
    for query in OTHERS:
        code = refused(peer, query=query.format(table=table))
        assert code in {"query_writes", "query_not_one", "query_unreadable"}, query
    assert len(rows_of(read(peer, **{"from": table}))) == 50


def test_the_server_lets_nothing_be_written_whatever_the_query_hides(
    postgresql: Any, mariadb: Any, files: None, monkeypatch: Any
):
    """Past our own reading of the query, the connection itself only reads."""
    monkeypatch.setattr(sql.queries, "checked", lambda query, _: query)
    cursor = postgresql["cursor"]
    cursor.execute("CREATE SEQUENCE IF NOT EXISTS co_quan.so")
    assert refused(postgresql, query="SELECT nextval('co_quan.so')") == "database"
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


@pytest.mark.parametrize(
    "url",
    [
        *(fault.does for fault in FILES.values()),
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
    stranger = {**peer, "user": "khong_co", "password": "sai"}
    assert refused(stranger, **{"from": table}) == "account"
    for fault in TABLES.values():
        assert refused(peer, **{"from": fault.does}) == fault.code
    away = {**peer, "url": f"{peer['url'].split(':')[0]}://127.0.0.1:9/x"}
    assert refused(away, **{"from": table}) == "unreachable"
    few = replace(LIMITS, page_rows=7)
    assert refused(peer, **{"from": table}, key=["khac"], limits=few) in {
        "no_field",
        "database",
    }
    again = {"next": {"behind": []}}
    assert refused(peer, **{"from": table}, checkpoint=again) == "start_again"


FLIGHTS = 3000
COLUMNS = "n AS id, 'VN' AS carrier, repeat('x', 400) AS dest, n / 2.0 AS distance"


def port_of(peer: dict[str, Any]) -> int:
    return int(peer["url"].rpartition(":")[2].partition("/")[0])


@pytest.fixture
def long_table(postgresql: Any) -> str:
    """Return a table of an agency's whose rows are several packets."""
    cursor = postgresql["cursor"]
    cursor.execute("DROP TABLE IF EXISTS co_quan.dai")
    cursor.execute(
        f"CREATE TABLE co_quan.dai AS SELECT {COLUMNS}, NULL AS time_hour"  # noqa: S608 - ours
        f" FROM generate_series(1, {FLIGHTS}) n"
    )
    return "co_quan.dai"


def test_a_connection_that_breaks_off_in_a_cursor_is_an_outage(
    world: World, postgresql: Any, long_table: str, monkeypatch: Any
):
    """What was read stays; the next run goes on behind it and gives every row once."""
    monkeypatch.setenv("SONLA_SOURCE_DB", postgresql["password"] or "")
    monkeypatch.setitem(portal, "sonla.harvesting.rows", 10_000)
    auth = {"user": postgresql["user"], "password": "env:SONLA_SOURCE_DB"}
    config = {
        "from": long_table,
        "auth": {"type": "password", **auth},
        "tls": {"verify": False},
    }
    before = world.public()
    with way(port_of(postgresql), after=900_000) as path:
        name = postgresql["url"].rpartition("/")[2]
        url = f"postgresql://127.0.0.1:{path.port}/{name}"
        world.is_told(config, url=url, type="sonla_sql")
        first = running.run(world.source["id"])
        assert first["outcome"] == "failed"
        assert first["reasons"][0]["problem"] == "unreachable"
        assert 0 < first["read"] < FLIGHTS
        assert spooled(first).exists()
        assert world.public() == before
        path.after = None
        second = running.run(world.source["id"])
    assert (second["outcome"], second["read"]) == ("submitted", FLIGHTS)
    assert second["pages"] == FLIGHTS // 500
    assert (second["added"], second["updated"]) == (FLIGHTS - 20, 20)
    world.discard(second)


# Its driver finds no connection to close.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_mariadb_may_break_off_too(mariadb: Any):
    with mariadb["as_root"]() as connection, connection.cursor() as own:
        own.execute("DROP TABLE IF EXISTS dai")
        numbers = f"(SELECT seq AS n FROM seq_1_to_{FLIGHTS}) s"  # noqa: S608 - ours
        own.execute(f"CREATE TABLE dai AS SELECT {COLUMNS} FROM {numbers}")  # noqa: S608 - ours
    few = replace(LIMITS, page_rows=100)
    with way(port_of(mariadb), after=500_000) as path:
        away = {**mariadb, "url": f"mariadb://127.0.0.1:{path.port}/dangkiem"}
        asked: Any = {"from": "dai", "key": ["id"], "limits": few}
        assert refused(away, **asked) == "unreachable"
        path.after = None
        assert len(rows_of(read(away, **asked))) == FLIGHTS
