"""The ways to update a table, against a model of them in Python on small tables."""

from __future__ import annotations

import csv
import io
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2.sql import SQL, Identifier

from ckanext.datastore.backend import postgres
from ckanext.sonla.approval import exports
from ckanext.sonla.intake import (
    datastore,
    limits,
    merging,
    progress,
    tables,
    writing,
)
from ckanext.sonla.intake.governed import Rules
from ckanext.sonla.shared.table_updates import TableUpdate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("with_plugins")

Row = tuple[str, str, int]
FIELDS = [
    {"name": "thang", "type": "yearmonth"},
    {"name": "huyen"},
    {"name": "so", "type": "integer"},
]
KEYED = {"fields": FIELDS, "primaryKey": ["thang", "huyen"]}
UNKEYED = {"fields": FIELDS}
MONTHS = ("2026-06", "2026-07", "2026-08")


class Loading:
    """A base and what is loaded over it, in tables that go with the test."""

    def __init__(self, folder: Path, limit: limits.Limits) -> None:
        self.path = folder / "phan.csv"
        self.limit = limit
        self.base, self.draft = str(uuid.uuid4()), str(uuid.uuid4())

    def load(
        self,
        rows: list[Row],
        schema: dict[str, Any] | None,
        update: TableUpdate | None = None,
        told: progress.Progress | None = None,
    ) -> tables.Result:
        out = io.StringIO()
        csv.writer(out).writerows([[one["name"] for one in FIELDS], *rows])
        self.path.write_text(out.getvalue(), encoding="utf-8")
        table = schema and {"name": "bang", "title": "Bảng", "schema": schema}
        return tables.load(
            tables.Source(
                self.path,
                "CSV",
                self.draft if update else self.base,
                Rules(table=table),
                self.limit,
                told or progress.Progress(),
                update,
            )
        )

    def update(self, mode: str, period: str | None = None) -> TableUpdate:
        return TableUpdate(mode, self.base, period)

    def rows(self, which: str) -> list[tuple[int, str, str, int]]:
        with postgres.get_read_engine().connect() as connection:
            found = connection.exec_driver_sql(
                f'SELECT _id, thang, huyen, so FROM "{which}" ORDER BY _id'  # noqa: S608 - the test's own id
            )
            return [tuple(row) for row in found]


@contextmanager
def loading(folder: Path, limit: limits.Limits) -> Iterator[Loading]:
    made = Loading(folder, limit)
    try:
        yield made
    finally:
        datastore.drop(made.base)
        datastore.drop(made.draft)


def model_of(
    base: list[Row], part: list[Row], mode: str, period: str | None, *, keyed: bool
) -> list[Row] | None:
    """Return the table as it should be afterwards, sorted; None where it is refused."""
    if keyed and len({row[:2] for row in part}) < len(part):
        return None
    inside = {"2026-Q3": {"2026-07", "2026-08"}}.get(period or "", {period})
    if mode == "period":
        if any(row[0] not in inside for row in part):
            return None
        base = [row for row in base if row[0] not in inside]
    if mode == "key":
        keys = {row[:2] for row in part}
        base = [row for row in base if row[:2] not in keys]
    if mode == "add" and keyed and {r[:2] for r in base} & {r[:2] for r in part}:
        return None
    return sorted(part if mode == "replace" else base + part)


def changes_of(
    base: list[Row], after: list[Row], *, keyed: bool
) -> merging.Changes | None:
    """Return how many rows came, changed and went, by their key or as wholes."""
    if not keyed:
        return None
    old, new = ({row[:2]: row for row in rows} for rows in (base, after))
    return merging.Changes(
        added=len(new.keys() - old.keys()),
        changed=sum(old[key] != new[key] for key in new.keys() & old.keys()),
        removed=len(old.keys() - new.keys()),
    )


ROWS = st.tuples(st.sampled_from(MONTHS), st.sampled_from("ABC"), st.integers(0, 3))
BASES = st.lists(ROWS, min_size=1, max_size=8, unique_by=lambda row: row[:2])
PARTS = st.lists(ROWS, min_size=1, max_size=5)
MODES = st.sampled_from(
    [
        ("replace", None),
        ("add", None),
        ("key", None),
        ("period", "2026-07"),
        ("period", "2026-Q3"),
    ]
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(base=BASES, part=PARTS, how=st.tuples(MODES, st.booleans()))
def test_every_update_does_what_its_model_does(tmp_path, limit, base, part, how):
    (mode, period), keyed = how
    keyed = keyed or mode == "key"
    schema = KEYED if keyed else UNKEYED
    with loading(tmp_path, limit) as made:
        assert made.load(base, schema).is_loaded
        before = made.rows(made.base)
        result = made.load(part, schema, made.update(mode, period))
        assert made.rows(made.base) == before, "the public table is only read"
        expected = model_of(base, part, mode, period, keyed=keyed)
        if expected is None:
            assert not result.is_loaded
            assert all(one.row and one.column for one in result.findings.kept)
            return
        after = made.rows(made.draft)
        assert sorted(row[1:] for row in after) == expected
        counted = changes_of(base, [row[1:] for row in after], keyed=keyed)
        if counted is not None:
            assert result.changes == counted
        if mode != "replace" and keyed:
            numbers = {row[1:3]: row[0] for row in before}
            kept = {row[1:3]: row[0] for row in after if row[1:3] in numbers}
            assert all(numbers[key] == number for key, number in kept.items())


def test_a_table_without_a_schema_is_updated_by_its_own_columns(tmp_path, limit):
    with loading(tmp_path, limit) as made:
        made.load([("2026-06", "A", 1), ("2026-07", "B", 2)], None)
        result = made.load([("2026-07", "C", 3)], None, made.update("add"))
        assert result.is_loaded
        assert len(made.rows(made.draft)) == 3
        refused = made.load([("2026-07", "C", 3)], None, made.update("key"))
        assert [one.rule for one in refused.findings.kept] == ["update.key"]
        refused = made.load(
            [("2026-07", "C", "x")],  # pyright: ignore[reportArgumentType] - it is wrong
            None,
            made.update("add"),
        )
        assert [(one.rule, one.row) for one in refused.findings.kept] == [("type", 2)]


def test_other_columns_than_the_public_table_s_must_replace_all(tmp_path, limit):
    other = {**KEYED, "fields": [*FIELDS, {"name": "moi"}]}
    with loading(tmp_path, limit) as made:
        made.load([("2026-06", "A", 1)], KEYED)
        refused = made.load([("2026-07", "C", 3)], other, made.update("add"))
        assert [(one.rule, one.column) for one in refused.findings.kept] == [
            ("update.columns", "moi")
        ]


def test_a_load_tells_its_stages_and_how_many_rows(tmp_path, limit):
    class Told(progress.Progress):
        def __init__(self) -> None:
            self.stages: list[tuple[str, int | None]] = []

        def stage(self, name: str, total: int | None = None) -> None:
            self.stages.append((name, total))

    with loading(tmp_path, limit) as made:
        made.load([("2026-06", "A", 1)], KEYED)
        told = Told()
        made.load([("2026-07", "C", 3)], KEYED, made.update("add"), told)
    assert told.stages == [
        ("reading", None),
        ("checking", 1),
        ("comparing", 1),
        ("writing", 1),
        ("indexing", 2),
    ]


def test_the_whole_keeps_dictionary_indexes_search_and_numbers(tmp_path, limit):
    with loading(tmp_path, limit) as made:
        made.load([("2026-06", "Mường La", 1), ("2026-07", "B", 2)], KEYED)
        with postgres.get_write_engine().begin() as connection:
            connection.exec_driver_sql(
                f'COMMENT ON COLUMN "{made.base}".so IS \'{{"label": "Số lượng"}}\''
            )
            connection.exec_driver_sql(f'CREATE INDEX ON "{made.base}" (so, huyen)')
        made.load([("2026-07", "B", 5)], KEYED, made.update("key"))
        with datastore.writing() as connection:
            cursor = datastore.cursor_of(connection)
            assert datastore.dictionary(cursor, made.draft)["so"] == {
                "label": "Số lượng"
            }
            assert datastore.unique_columns(cursor, made.draft) == ["thang", "huyen"]
            assert ["so", "huyen"] in datastore.plain_indexes(cursor, made.draft)
            cursor.execute(
                f'SELECT so FROM "{made.draft}"'  # noqa: S608 - the test's own id
                " WHERE _full_text @@ to_tsquery('simple', 'mường')"
            )
            assert cursor.fetchall() == [(1,)]
        assert [row[0] for row in made.rows(made.draft)] == [1, 2]


def test_a_whole_written_by_its_schema_is_read_as_the_same_values(tmp_path, limit):
    schema = {
        "primaryKey": ["ngay"],
        "missingValues": ["-"],
        "fields": [
            {"name": "ngay", "type": "date", "format": "%d/%m/%Y"},
            {"name": "so", "type": "number", "decimalChar": ",", "groupChar": "."},
            {"name": "co", "type": "boolean"},
            {"name": "gio", "type": "time", "format": "%H.%M"},
            {"name": "luc", "type": "datetime", "format": "%H:%M %d/%m/%Y"},
            {"name": "chu"},
        ],
    }
    rows = [
        "ngay;so;co;gio;luc;chu",
        "2/9/2026;1,500;true;7.30;15:04 1/2/2026;x",
        "3/9/2026;1.234,5;0;-;-;-",
    ]
    rules = Rules(table={"name": "bang", "title": "Bảng", "schema": schema})
    path = tmp_path / "a.csv"
    read: list[Any] = []
    made = [str(uuid.uuid4()), str(uuid.uuid4())]
    path.write_text("\n".join(rows), encoding="utf-8")
    for resource_id in made:
        result = tables.load(tables.Source(path, "CSV", resource_id, rules, limit))
        assert result.is_loaded, result.findings.kept
        with datastore.writing() as connection:
            cursor = datastore.cursor_of(connection)
            name = Identifier(resource_id)
            cursor.execute(
                SQL("SELECT ngay, so, co, gio, luc, chu FROM {} ORDER BY _id").format(
                    name
                )
            )
            read.append(cursor.fetchall())
            with path.open("wb") as file:
                exports.write(cursor, resource_id, file, writing.by_schema(schema))
    for resource_id in made:
        datastore.drop(resource_id)
    assert read[0] == read[1]
    assert path.read_text(encoding="utf-8").splitlines()[1:] == [
        '02/09/2026,"1,500",true,07.30,15:04 01/02/2026,x',
        '03/09/2026,"1234,5",false,-,-,-',
    ]
