"""A table too large to be asked row by row is told the same as a small one."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from ckanext.datastore.backend import postgres
from ckanext.sonla.intake import datastore, gathering

if TYPE_CHECKING:
    from collections.abc import Iterator

ROWS = gathering.SAMPLE + 500
KINDS = ["mầm non", "tiểu học", "THCS"]
SCHEMA: dict[str, Any] = {
    "primaryKey": "ma",
    "fields": [
        {"name": "ma", "constraints": {"pattern": r"H52-\d{6}"}},
        {"name": "ten", "constraints": {"required": True, "maxLength": 20}},
        {"name": "loai", "constraints": {"required": True, "enum": KINDS}},
        {"name": "lop", "type": "integer", "constraints": {"minimum": 1}},
        {"name": "so", "type": "number", "constraints": {"maximum": 100000}},
        {"name": "tien", "type": "number", "groupChar": ".", "decimalChar": ","},
        {"name": "ngay", "type": "date", "format": "%d/%m/%Y"},
        {"name": "mo", "type": "boolean", "trueValues": ["Có"], "falseValues": ["-"]},
        {"name": "cha"},
    ],
    "foreignKeys": [{"fields": "cha", "reference": {"fields": "ma"}}],
}
# What a cell may be instead, by its column; some of it is unusual and right.
INSTEAD = [
    (0, "H52-12"), (0, "H52-000007"), (1, ""), (1, "x" * 21), (2, ""), (2, "đại học"),
    (3, "0"), (3, "+7"), (3, "bảy"), (4, "1e9"), (4, "1e2"), (4, "NaN"), (5, "1.2,3"),
    (6, "31/02/2026"), (6, "2026-02-01"), (7, "có"), (8, "H52-999999"),
]  # fmt: skip


@pytest.fixture
def eager(monkeypatch) -> Iterator[None]:
    """Let PostgreSQL share each scan that may be shared."""
    costs = "parallel_setup_cost", "parallel_tuple_cost"
    names = "min_parallel_table_scan_size", *costs
    options = " ".join(f"-c {name}=0" for name in names)
    monkeypatch.setenv("PGOPTIONS", options)
    postgres.get_write_engine().dispose()
    yield
    monkeypatch.undo()
    postgres.get_write_engine().dispose()


def content(*instead: tuple[int, str]) -> bytes:
    chance = random.Random(782)  # noqa: S311 - a table to check, no secret
    lines = [";".join(field["name"] for field in SCHEMA["fields"])]
    for number in range(ROWS):
        row = [
            f"H52-{number:06}", f"Trường {number}", KINDS[number % 3],
            str(1 + number % 40), f"{number / 10}", f"{number % 7}.500,5",
            f"{1 + number % 28:02}/{1 + number % 12:02}/2026", "Có",
            f"H52-{number % 50:06}",
        ]  # fmt: skip
        if instead and number % 50 == 49:
            at, text = chance.choice(instead)
            row[at] = text
        lines.append(";".join(row))
    return "\n".join(lines).encode()


def told(result: Any) -> list[tuple[Any, ...]]:
    return [
        (one.rule, one.column, one.row, one.value, one.params)
        for one in result.findings.kept
    ]


@pytest.mark.parametrize("instead", [INSTEAD, INSTEAD[10:11], [(3, "+7"), (3, "0")]])
def test_asking_different_values_finds_what_asking_each_row_finds(
    load, monkeypatch, eager, instead
) -> None:
    some = content(*instead)
    by_values = load(some, schema=SCHEMA)
    monkeypatch.setattr(gathering, "SAMPLE", 10 * ROWS)
    by_rows = load(some, schema=SCHEMA)
    assert told(by_values) == told(by_rows)
    assert by_values.findings.count == by_rows.findings.count
    assert by_values.findings.count or instead == INSTEAD[10:11]


def test_the_first_wrong_rows_are_shown_whatever_processes_did_the_scan(
    load, eager
) -> None:
    found = load(content((3, "0"), (2, "")), schema=SCHEMA).findings
    for rule in ("minimum", "required"):
        rows = [one.row for one in found.kept if one.rule == rule]
        assert rows == sorted(rows)
        assert rows[0] <= 500


def staged(connection: sa.Connection) -> list[str]:
    query = sa.text("SELECT relname FROM pg_class WHERE relname ~ '^_sonla_staged'")
    return list(connection.scalars(query))


def test_no_staged_rows_outlive_a_load_however_it_ends(load, monkeypatch) -> None:
    schema = {"fields": [{"name": "a", "type": "integer"}]}
    assert load(b"a\n1\n", schema=schema).is_loaded
    assert load(b"a\n1\n").is_loaded
    assert not load(b"a\nx\n", schema=schema).is_loaded
    assert not load(b'a\n1\n"x', schema=schema).is_loaded

    def killed(connection: sa.Connection, *_args: Any) -> None:
        assert len(staged(connection)) == 1
        connection.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))

    monkeypatch.setattr(datastore, "create", killed)
    with pytest.raises((DBAPIError, psycopg2.Error)):
        load(b"a\n1\n", schema=schema)
    with postgres.get_write_engine().connect() as connection:
        assert staged(connection) == []
