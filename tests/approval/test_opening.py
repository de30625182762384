"""Opening an update costs the same whatever the size: it inherits, and copies later."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from psycopg2.sql import SQL, Identifier
from sqlalchemy import event

from ckan import model
from ckan.common import config
from ckanext.sonla.approval import datastore, indexes, tables
from tests.factories import approval as make

from .test_at_once import at_once

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")

ROWS = [{"ma": f"{n:03}", "so": n} for n in range(200)]


@pytest.fixture
def office() -> make.Office:
    """An agency with an officer and a leader."""
    return make.office()


@pytest.fixture
def first(office: make.Office) -> dict[str, Any]:
    """A published dataset whose one resource has a file and a table."""
    revision = make.draft(office)
    make.table(office, make.show(revision["package_id"])["resources"][0]["id"], ROWS)
    return make.approve(office, make.submit(office, revision))


def opened(office: make.Office, first: dict[str, Any]) -> dict[str, Any]:
    return make.act(
        office.officer, "sonla_revision_open", dataset_id=first["dataset_id"]
    )


def working(revision: dict[str, Any]) -> dict[str, Any]:
    return make.show(revision["package_id"])["resources"][0]


@pytest.fixture
def said() -> Iterator[list[str]]:
    """Every statement that any engine of this process sends."""
    heard: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        heard.append(statement)

    event.listen(sa.Engine, "before_cursor_execute", hear)
    yield heard
    event.remove(sa.Engine, "before_cursor_execute", hear)


def test_opening_asks_nothing_of_the_table_and_copies_no_file(office, first, said):
    public = make.show(first["dataset_id"])["resources"][0]
    store = config["ckan.storage_path"]
    before = files_below(store)
    said.clear()
    update = opened(office, first)
    about_rows = [s for s in said if public["id"] in s or "_table_stats" in s]
    assert about_rows == []
    assert len(said) > 10, "the statements are heard"
    assert files_below(store) == before
    with datastore.owning() as cursor:
        assert tables.owner_of(cursor, working(update)["id"]) is None


def test_opening_says_as_much_for_a_big_table_as_for_a_small_one(office, first, said):
    public = make.show(first["dataset_id"])["resources"][0]
    counted = []
    for size in (200, 20_000):
        with datastore.owning() as cursor:
            cursor.execute(
                SQL(
                    "INSERT INTO {} (ma, so) SELECT 'x' || n, n"
                    " FROM generate_series(1, %s) n ON CONFLICT DO NOTHING"
                ).format(Identifier(public["id"])),
                (size,),
            )
        said.clear()
        update = opened(office, first)
        counted.append(len(said))
        make.act(office.officer, "sonla_revision_discard", id=update["id"])
    assert counted[0] == counted[1]


def files_below(folder: str) -> set[Path]:
    return set(Path(folder).rglob("*"))


def test_two_first_writers_at_once_share_one_copy(office, first):
    resource_id = working(opened(office, first))["id"]

    def write(number: int) -> None:
        make.act(
            office.officer,
            "datastore_upsert",
            resource_id=resource_id,
            records=[{"ma": f"neu-{number}", "so": number}],
            force=True,
        )

    writers = [partial(write, number) for number in range(4)]
    assert at_once(*writers) == ["200"] * 4
    assert len(make.rows(office.officer, resource_id, limit=1000)) == len(ROWS) + 4
    public = make.show(first["dataset_id"])["resources"][0]
    assert make.rows(None, public["id"], limit=1000) == ROWS


def test_the_copy_has_the_key_the_dictionary_and_the_indexes(office):
    revision = make.draft(office)
    resource_id = working(revision)["id"]
    make.table(office, resource_id, ROWS)
    make.act(
        office.officer,
        "datastore_create",
        resource_id=resource_id,
        indexes=["so", ["so", "ma"]],
        aliases=["truong"],
        force=True,
    )
    first = make.approve(office, make.submit(office, revision))
    update = opened(office, first)
    copy_id = working(update)["id"]
    before = shape(resource_id)
    make.act(
        office.officer,
        "datastore_upsert",
        resource_id=copy_id,
        records=[{"ma": "000", "so": -1}],
        force=True,
    )
    assert shape(copy_id) == before
    assert make.rows(office.officer, copy_id)[0] == {"ma": "000", "so": -1}
    make.approve(office, make.submit(office, update))
    assert shape(resource_id) == before
    found = make.act(None, "datastore_search", resource_id="truong", q="199")
    assert found["total"] == 1


def shape(table: str) -> dict[str, Any]:
    """What a table is made of, but for names that carry its own."""
    with datastore.owning() as cursor:
        cursor.execute(
            "SELECT pg_get_indexdef(indexrelid) FROM pg_index"
            " WHERE indrelid = to_regclass(format('public.%%I', %s::text))",
            (table,),
        )
        found = [row[0].split(" USING ") for row in cursor.fetchall()]
        named = indexes.names(cursor, table, table)
        assert len(named) == len(found), "each bears a name that CKAN gives"
        return {
            "columns": tables.columns(cursor, table),
            "key": tables.primary_key(cursor, table),
            "indexes": sorted(body for _name, body in found),
        }


def test_a_returned_draft_s_table_is_written_again_and_submitted_again(office, first):
    update = opened(office, first)
    resource_id = working(update)["id"]

    def write(value: int) -> None:
        make.act(
            office.officer,
            "datastore_upsert",
            resource_id=resource_id,
            records=[{"ma": "000", "so": value}],
            force=True,
        )

    write(1)
    make.submit(office, update)
    assert make.refusal(
        office.officer,
        "datastore_records_delete",
        resource_id=resource_id,
        filters={"ma": "000"},
        force=True,
    )
    make.act(office.leader, "sonla_revision_return", id=update["id"], comment="Sửa lại")
    write(2)
    make.submit(office, update)
    make.act(office.officer, "sonla_revision_withdraw", id=update["id"])
    write(3)
    make.approve(office, make.submit(office, update))
    public = make.show(first["dataset_id"])["resources"][0]
    assert make.rows(None, public["id"])[0] == {"ma": "000", "so": 3}


def related(office: make.Office) -> tuple[dict[str, Any], str]:
    """A published dataset that depends on another one."""
    other = make.draft(office)
    revision = make.draft(office)
    package = model.Package.get(revision["package_id"])
    package.add_relationship("depends_on", model.Package.get(other["dataset_id"]))
    model.Session.commit()
    make.approve(office, make.submit(office, other))
    return make.approve(office, make.submit(office, revision)), other["dataset_id"]


def test_a_dataset_with_a_relationship_is_published_updated_and_keeps_it(office):
    first, other = related(office)
    update = opened(office, first)
    make.act(office.officer, "package_patch", id=update["package_id"], title="Tên mới")
    make.approve(office, make.submit(office, update))
    assert make.act(None, "package_show", id=first["dataset_id"])["title"] == "Tên mới"
    listed = make.act(None, "package_relationships_list", id=first["dataset_id"])
    assert [(one["type"], one["object"]) for one in listed] == [
        ("depends_on", model.Package.get(other).name)
    ]
    shown = make.act(None, "package_show", id=first["dataset_id"])
    assert [r["type"] for r in shown["relationships_as_subject"]] == ["depends_on"]
    assert (
        shown["relationships_as_subject"]
        == (make.show(first["dataset_id"])["relationships_as_subject"])
    )
    content = model.Session.scalar(
        sa.text("SELECT content FROM sonla_revision WHERE id = :id"),
        {"id": update["id"]},
    )
    assert content["dataset"]["relationships"] == [["depends_on", other, ""]]


# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false, reportArgumentType=false
