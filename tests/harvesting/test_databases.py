"""Agencies' databases: PostgreSQL, MariaDB and SQLite give their rows as they are."""

from __future__ import annotations

import json
import sqlite3
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from .reading import PATIENT, read, refused, rows_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("at_home")


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
    assert (len(first.rows), list(none.rows)) == (50, [])
    query = {"query": f"SELECT * FROM {table} WHERE ten LIKE '%100% :x';"}  # noqa: S608 - ours
    del asked["from"]
    some = read(peer, {"next": None, "high": 45}, **asked, **query)
    assert [row["ma"] for row in rows_of(some)] == [46, 47, 48, 49, 50]


def test_a_thousand_columns_and_nul_bytes_come_through(files: None, folder: Path):
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


def test_no_database_of_the_portals_own_network_is_asked_unless_it_may(
    server: Any, ckan_config: Any, monkeypatch: Any
):
    peer, table = server
    monkeypatch.setitem(ckan_config, "sonla.web.private_hosts", "")
    assert refused(peer, **{"from": table}) == "address"


def test_a_run_keeps_to_the_pace_that_its_source_can_bear(files: None):
    slow = replace(PATIENT, page_rows=100, rows=1_000, rows_per_second=1_000)
    began = time.monotonic()
    query = "SELECT * FROM flights WHERE id <= 500"
    rows = rows_of(read("sqlite:///flights.db", query=query, limits=slow))
    assert len(rows) == 500
    assert time.monotonic() - began >= 0.4
