"""A download is one state of its table, also one that crosses a publication."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import threading

import pytest

from ckanext.datastore.backend import postgres
from ckanext.sonla.approval.drafting import staging
from ckanext.sonla.approval.publishing import pinning, recovery
from tests.factories import approval as make

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")

# More than the 32,000 rows that CKAN fetches at a time.
MANY = 40_000


def fill(resource_id: str, value: int, rows: int) -> None:
    """Give a draft a table whose rows all say the same number."""
    with postgres.get_write_engine().begin() as connection:
        connection.exec_driver_sql(
            f'INSERT INTO "{resource_id}" (ma, so)'  # noqa: S608 - the test's own id
            f" SELECT 'M' || n, {value} FROM generate_series(1, {rows}) n"
        )


def drafted(office, revision, value: int, rows: int) -> str:
    resource_id = make.show(revision["package_id"])["resources"][0]["id"]
    make.upload(office, revision["package_id"], b"%%PDF-1.4 %d" % value, id=resource_id)
    make.table(office, resource_id, [])
    fill(resource_id, value, rows)
    return resource_id


@pytest.fixture
def office():
    return make.office()


def published(office, rows: int) -> tuple[str, str]:
    revision = make.draft(office)
    resource_id = drafted(office, revision, 1, rows)
    dataset_id = make.approve(office, make.submit(office, revision))["dataset_id"]
    return dataset_id, resource_id


def update(office, dataset_id: str, rows: int):
    revision = make.act(office.officer, "sonla_revision_open", dataset_id=dataset_id)
    drafted(office, revision, 2, rows)
    return make.submit(office, revision)


def frozen(dataset_id: str) -> str:
    return next(iter(staging.published_tables(dataset_id).values()))["sha256"]


def test_a_whole_dump_is_the_file_that_the_digest_names(app, office):
    dataset_id, resource_id = published(office, 5)
    answer = app.get(f"/datastore/dump/{resource_id}")
    assert hashlib.sha256(answer.data).hexdigest() == frozen(dataset_id)
    assert answer.text.splitlines()[:2] == ["ma,so", "M1,1"]
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert f'filename="{resource_id}.csv"' in answer.headers["Content-Disposition"]
    marked = app.get(f"/datastore/dump/{resource_id}?bom=true")
    assert marked.data == b"\xef\xbb\xbf" + answer.data
    part = app.get(
        f"/datastore/dump/{resource_id}", headers={"Range": "bytes=3-6"}, status=206
    )
    assert part.data == answer.data[3:7]
    etag = answer.headers["ETag"]
    app.get(
        f"/datastore/dump/{resource_id}", headers={"If-None-Match": etag}, status=304
    )


def test_parts_and_other_formats_are_made_by_ckan(app, office):
    _, resource_id = published(office, 5)
    place = f"/datastore/dump/{resource_id}"
    assert app.get(f"{place}?limit=2").text.splitlines()[0] == "_id,ma,so"
    assert len(json.loads(app.get(f"{place}?format=json").text)["records"]) == 5
    assert app.get(f'{place}?filters={{"ma":"M3"}}').text.count("M3") == 1
    app.get(f"{place}?format=exe", status=400)
    app.get(f"{place}?bom=perhaps&limit=1")


def test_a_draft_is_dumped_by_nobody_else_and_an_unknown_name_is_not_found(app, office):
    dataset_id, public = published(office, 5)
    make.act(office.officer, "sonla_revision_open", dataset_id=dataset_id)
    drafts = make.act(office.officer, "sonla_revision_list", state="draft")["results"]
    working = make.show(drafts[0]["package_id"])["resources"][0]["id"]
    for name in (working, "nowhere", "a%22b", f"{public}x"):
        app.get(f"/datastore/dump/{name}", status=404)


def read(app, address: str, between) -> list[dict[str, str]]:
    """Read a dump, and do something when its first page has come."""
    with app.flask_app.test_client() as client:
        response = client.get(address)
        chunks = iter(response.response)
        parts = [next(chunks)]
        between()
        parts += list(chunks)
        response.close()
    text = b"".join(p.encode() if isinstance(p, str) else p for p in parts).decode()
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.ckan_config("sonla.approval.lock_attempts", 3)
def test_a_filtered_dump_that_crosses_the_switch_is_of_one_revision(app, office):
    dataset_id, resource_id = published(office, MANY)
    submitted = update(office, dataset_id, MANY + 10)
    states = []

    def between() -> None:
        states.append(make.approve(office, submitted)["state"])

    address = f"/datastore/dump/{resource_id}?sort=so,ma"
    rows = read(app, address, between)
    # The switch waited for the reader; it is taken up again by the tick.
    assert states == ["publishing"]
    assert (len(rows), {row["so"] for row in rows}) == (MANY, {"1"})
    recovery.resolve_leftovers()
    rows = read(app, address, lambda: None)
    assert (len(rows), {row["so"] for row in rows}) == (MANY + 10, {"2"})


def test_a_whole_dump_holds_up_nothing_and_stays_what_it_was(app, office):
    dataset_id, resource_id = published(office, MANY)
    submitted = update(office, dataset_id, 10)
    states = []

    def between() -> None:
        states.append(make.approve(office, submitted)["state"])

    rows = read(app, f"/datastore/dump/{resource_id}", between)
    assert states == ["published"]
    assert (len(rows), {row["so"] for row in rows}) == (MANY, {"1"})


@pytest.mark.ckan_config(pinning._SECONDS, 1)
def test_a_client_that_reads_too_slowly_is_cut_off_and_the_switch_goes_on(app, office):
    dataset_id, resource_id = published(office, MANY)
    submitted = update(office, dataset_id, 10)
    states = []

    def between() -> None:
        # The client sleeps while the leader approves: the lock ends by itself.
        states.append(make.approve(office, submitted)["state"])

    with pytest.raises(Exception, match=r"timeout|closed|longer"):
        read(app, f"/datastore/dump/{resource_id}?sort=so,ma", between)
    assert states == ["published"]


def test_whole_dumps_at_once_during_the_switch_are_each_of_one_revision(app, office):
    dataset_id, resource_id = published(office, 2000)
    submitted = update(office, dataset_id, 2500)
    before = frozen(dataset_id)
    found: list[str] = []

    def dump() -> None:
        with app.flask_app.test_client() as client:
            data = client.get(f"/datastore/dump/{resource_id}").data
        found.append(hashlib.sha256(data).hexdigest())

    threads = [threading.Thread(target=dump) for _ in range(20)]
    for thread in threads[:10]:
        thread.start()
    make.approve(office, submitted)
    for thread in threads[10:]:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 20
    assert set(found) <= {before, frozen(dataset_id)}
