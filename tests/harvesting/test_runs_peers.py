"""The whole way from an agency's real program to the public table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg2
import pytest
import sqlalchemy as sa

from ckan.common import config as settings
from ckanext.datastore.backend import postgres
from tests.factories import approval

from . import peers, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOME = 1500
QUERY = "SELECT id, carrier, dest, distance, time_hour FROM nguon.chuyen WHERE NOT xoa"


@pytest.fixture(scope="module")
def flights(tmp_path_factory: Any) -> Path:
    path = tmp_path_factory.mktemp("flights") / "flights.db"
    peers.make_flights(path, SOME)
    return path


@pytest.fixture
def agency(at_home: None) -> Iterator[dict[str, Any]]:
    """Return how to reach an agency's PostgreSQL: a schema of the tests' own one."""
    url = sa.make_url(settings["sqlalchemy.url"])
    connection = psycopg2.connect(url.render_as_string(hide_password=False))
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("DROP SCHEMA IF EXISTS nguon CASCADE; CREATE SCHEMA nguon")
    cursor.execute(
        "CREATE TABLE nguon.chuyen (id int PRIMARY KEY, carrier text, dest text,"
        " distance numeric, time_hour timestamp, sua timestamp DEFAULT now(),"
        " xoa bool DEFAULT false)"
    )
    cursor.execute(
        "INSERT INTO nguon.chuyen SELECT n, 'VN', 'Nơi ' || n %% 63, n / 4.0,"
        " timestamp '2026-01-01' + n * interval '1 minute',"
        " timestamp '2026-01-01' + n * interval '1 second', false"
        " FROM generate_series(1, %s) n",
        (SOME,),
    )
    yield {
        "url": f"postgresql://{url.host}:{url.port}/{url.database}",
        "user": url.username,
        "password": url.password,
        "cursor": cursor,
    }
    cursor.execute("DROP SCHEMA nguon CASCADE")
    connection.close()


def of(agency: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Make a source of the agency's table, and return it."""
    auth = {"type": "password", "user": agency["user"], "password": agency["password"]}
    config = {"from": "nguon.chuyen", "auth": auth, "tls": {"verify": False}, **more}
    return running.source(agency["url"], config, source_type="sonla_sql")


def digest(query: str, engine: Any) -> str:
    """Return a digest of a table's rows, by its key."""
    told = f"SELECT md5(string_agg(r::text, '|' ORDER BY r.id)) FROM ({query}) r"  # noqa: S608 - the tests' own
    with engine.connect() as connection:
        return connection.exec_driver_sql(told).scalar()


def public() -> str:
    """Return the digest of the public table."""
    (resource,) = approval.act(None, "package_show", id="chuyen-bay")["resources"]
    wanted = "ma::int AS id, hang AS carrier, noi_den AS dest"
    wanted += ", khoang_cach AS distance, gio AS time_hour"
    told = f'SELECT {wanted} FROM "{resource["id"]}"'  # noqa: S608 - the tests' own
    return digest(told, postgres.get_read_engine())


def test_datasettes_pages_become_the_public_table(
    staff: Any, at_home: None, flights: Path, tmp_path: Path
):
    config = {
        "records": "rows",
        "parameters": {"_size": "300", "_shape": "objects"},
        "paging": {"type": "next_link", "path": "next_url"},
    }
    running.dataset()
    with peers.datasette(flights, tmp_path) as address:
        source = running.source(f"{address}/flights/flights.json", config)
        found = running.run(source["id"])
        assert (found["outcome"], found["added"]) == ("submitted", SOME)
        assert found["pages"] == 5
        # Datasette answers in chunks, which count too.
        assert found["bytes"] > SOME * 20
        running.approve(found)
        again = running.run(source["id"])
        assert (again["outcome"], again["unchanged"]) == ("unchanged", SOME)
    (resource,) = approval.act(None, "package_show", id="chuyen-bay")["resources"]
    theirs = sa.create_engine(f"sqlite:///{flights}")
    asked = "SELECT count(*), sum(id), sum(distance) FROM flights"
    ours = f'SELECT count(*), sum(ma), sum(khoang_cach) FROM "{resource["id"]}"'  # noqa: S608 - as above
    with theirs.connect() as one, postgres.get_read_engine().connect() as other:
        assert tuple(one.exec_driver_sql(asked).one()) == tuple(
            int(value) for value in other.exec_driver_sql(ours).one()
        )


def test_full_and_incremental_runs_give_the_same_table(
    staff: Any, key_file: Any, agency: Any
):
    running.dataset()
    source = of(
        agency,
        incremental={"field": "sua", "deleted": "xoa"},
        limits={"page_rows": 600},
    )
    first = running.run(source["id"])
    assert (first["mode"], first["pages"], first["added"]) == ("full", 3, SOME)
    running.approve(first)
    there = sa.create_engine(
        sa.make_url(settings["sqlalchemy.url"]).render_as_string(hide_password=False)
    )
    assert public() == digest(QUERY, there)
    agency["cursor"].execute(
        "UPDATE nguon.chuyen SET dest = 'Sơn La', sua = now() WHERE id <= 20;"
        "UPDATE nguon.chuyen SET sua = now() WHERE id = 21;"
        "INSERT INTO nguon.chuyen SELECT n, 'VJ', 'Huế', 1, now(), now(), false"
        " FROM generate_series(1501, 1510) n"
    )
    second = running.run(source["id"])
    told = ("mode", "outcome", "read", "added", "updated", "unchanged", "deleted")
    assert [second[name] for name in told] == [
        "incremental", "submitted", 31, 10, 20, 1, 0,
    ]  # fmt: skip
    running.approve(second)
    assert public() == digest(QUERY, there)
    # Gone, come back, come and gone, and never there.
    agency["cursor"].execute(
        "UPDATE nguon.chuyen SET xoa = true, sua = now() WHERE id IN (1, 2, 1510);"
        "INSERT INTO nguon.chuyen SELECT n, 'VJ', 'Huế', 1, now(), now(), true"
        " FROM generate_series(6001, 6002) n"
    )
    third = running.run(source["id"])
    assert [third[name] for name in told] == [
        "incremental", "submitted", 5, 0, 0, 0, 3,
    ]  # fmt: skip
    assert (third["filtered"], third["rows_after"]) == (5, SOME + 7)
    running.approve(third)
    assert public() == digest(QUERY, there)
    fourth = running.run(source["id"])
    assert (fourth["outcome"], fourth["read"]) == ("unchanged", 0)
    # Some go while others change: the whole is read, and says the same.
    agency["cursor"].execute(
        "UPDATE nguon.chuyen SET xoa = true, sua = now() WHERE id = 3;"
        "UPDATE nguon.chuyen SET dest = 'Hà Nội', sua = now() WHERE id = 4"
    )
    fifth = running.run(source["id"])
    assert [fifth[name] for name in told] == [
        "full", "submitted", SOME + 12, 0, 1, SOME + 5, 1,
    ]  # fmt: skip
    running.approve(fifth)
    assert public() == digest(QUERY, there)
    there.dispose()
