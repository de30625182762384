# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false, reportOptionalSubscript=false
"""What readers depend on survives the switch: only the rows are others."""

from __future__ import annotations

import threading
import time

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval import datastore, tables
from ckanext.sonla.approval.model import Revision
from ckanext.sonla.approval.publishing import recovery
from tests.approval import catalogs
from tests.factories import approval as make

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")

CSV = "ma,tên trường,so\nA,Chiềng An,1\nB,Chiềng Cơi,2\n"


@pytest.fixture
def office():
    return make.office()


@pytest.fixture
def dataset(office):
    """A published dataset with a table, a dictionary, an index and an alias."""
    revision = make.draft(office, file=None)
    resource = make.upload(
        office, revision["package_id"], CSV.encode(), filename="a.csv", format="CSV"
    )
    make.act(
        office.officer,
        "datastore_create",
        resource_id=resource["id"],
        fields=[
            {"id": "ma", "type": "text", "info": {"label": "Mã trường"}},
            {"id": "so", "type": "int8", "info": {"label": "Số lớp"}},
        ],
        indexes=["so"],
        primary_key=["ma"],
        aliases=["truong-hoc"],
        force=True,
    )
    make.act(
        office.officer,
        "resource_view_create",
        resource_id=resource["id"],
        view_type="datatables_view",
        title="Bảng",
    )
    return make.approve(office, make.submit(office, revision))["dataset_id"]


def only_resource(package_id: str):
    return make.show(package_id)["resources"][0]


def update(office, dataset_id: str):
    return make.act(office.officer, "sonla_revision_open", dataset_id=dataset_id)


def views(resource_id: str):
    listed = make.act(None, "resource_view_list", id=resource_id)
    return [(view["id"], view["title"]) for view in listed]


def replace(office, revision, rows: str) -> None:
    make.upload(
        office,
        revision["package_id"],
        rows.encode(),
        id=only_resource(revision["package_id"])["id"],
        filename="a.csv",
        format="CSV",
    )


def write(office, revision, *records):
    make.act(
        office.officer,
        "datastore_upsert",
        resource_id=only_resource(revision["package_id"])["id"],
        records=list(records),
        force=True,
    )


@pytest.mark.parametrize("how", ["rows written", "file replaced"])
def test_all_that_the_catalogue_says_of_a_table_survives_an_update(
    office, dataset, how, datastore_superuser
):
    public = only_resource(dataset)["id"]
    with datastore_superuser.begin() as connection:
        connection.execute(sa.text("DROP ROLE IF EXISTS sonla_statistics"))
        connection.execute(sa.text("CREATE ROLE sonla_statistics"))
        connection.execute(sa.text(f'GRANT SELECT ON "{public}" TO sonla_statistics'))
    before, old_views = catalogs.described(datastore_superuser, public), views(public)
    assert before["analysed"]
    revision = update(office, dataset)
    if how == "rows written":
        write(office, revision, {"ma": "C", "so": 3})
        write(office, revision, {"ma": "A", "so": 5})
    else:
        replace(office, revision, CSV + "C,Mường La,3\n")
    make.approve(office, make.submit(office, revision))
    after = catalogs.described(datastore_superuser, public)
    assert before.pop("total") == [({"rows": 2},)]
    assert after.pop("total") == [({"rows": 3},)]
    assert (before.pop("estimate"), after.pop("estimate")) == ([(2.0,)], [(3.0,)])
    assert after == before
    assert views(public) == old_views
    found = make.act(None, "datastore_search", resource_id="truong-hoc", q="Mường")
    assert found["total"] == (1 if how == "file replaced" else 0)
    assert make.act(None, "datastore_search", resource_id=public, limit=0)["total"] == 3
    with datastore_superuser.begin() as connection:
        connection.execute(sa.text("DROP OWNED BY sonla_statistics"))
        connection.execute(sa.text("DROP ROLE sonla_statistics"))


def test_nothing_of_the_old_table_stays_in_public_sight(
    office, dataset, datastore_superuser
):
    revision = update(office, dataset)
    working = only_resource(revision["package_id"])["id"]
    write(office, revision, {"ma": "C", "so": 3})
    make.approve(office, make.submit(office, revision))
    with datastore_superuser.connect() as connection:
        names = connection.scalars(
            sa.text(
                "SELECT relname FROM pg_class"
                " WHERE relnamespace = 'public'::regnamespace"
            )
        ).all()
        totals = connection.scalars(sa.text("SELECT resource_id FROM _table_stats"))
        assert totals.all() == [only_resource(dataset)["id"]]
    assert [name for name in names if working in name] == []


def aliases_of(resource_id: str) -> list[str]:
    with datastore.owning() as cursor:
        return tables.aliases(cursor, resource_id)


def create(office, revision, **values):
    return make.act(
        office.officer,
        "datastore_create",
        resource_id=only_resource(revision["package_id"])["id"],
        force=True,
        **values,
    )


def test_an_alias_changes_with_the_publication_and_the_digest_names_it(office, dataset):
    public = only_resource(dataset)["id"]
    revision = update(office, dataset)
    answer = create(office, revision, aliases=["truong-hoc", "lop-hoc"])
    assert answer["aliases"] == ["lop-hoc", "truong-hoc"]
    assert aliases_of(public) == ["truong-hoc"]
    submitted = make.submit(office, revision)
    [resource] = model.Session.get(Revision, revision["id"]).content["resources"]
    assert resource["table"]["aliases"] == ["lop-hoc", "truong-hoc"]
    assert aliases_of(public) == ["truong-hoc"]
    make.approve(office, submitted)
    assert aliases_of(public) == ["lop-hoc", "truong-hoc"]
    last = update(office, dataset)
    create(office, last, aliases=[])
    make.approve(office, make.submit(office, last))
    assert aliases_of(public) == []


def test_an_alias_of_another_table_is_refused_before_anything_is_written(
    office, dataset
):
    other = make.draft(office)
    make.table(office, only_resource(other["package_id"])["id"], [{"ma": "X", "so": 1}])
    taken = only_resource(other["package_id"])["id"]
    revision = update(office, dataset)
    for name in (taken, "a%b", "_table_stats"):
        with pytest.raises(tk.ValidationError, match="alias"):
            create(office, revision, aliases=[name])
    assert aliases_of(only_resource(dataset)["id"]) == ["truong-hoc"]


def test_a_table_that_came_after_the_submit_is_not_published(office, dataset):
    added = update(office, dataset)
    package_id = added["package_id"]
    late = make.upload(office, package_id, b"%PDF-1.4 moi")["id"]
    submitted = make.submit(office, added)
    for resource_id in (late, only_resource(package_id)["id"]):
        # An action that skips authorization is refused; so raw SQL of the write role.
        with pytest.raises(tk.NotAuthorized, match="sonla_revision_open"):
            tk.get_action("datastore_create")(
                {"ignore_auth": True, "user": ""},
                {"resource_id": resource_id, "records": [{"a": 1}], "force": True},
            )
        model.Session.rollback()
        with datastore.writing() as cursor:
            cursor.execute(f'CREATE TABLE "{resource_id}" (_id int, chua_duyet text)')
    make.approve(office, submitted)
    public = {one["id"]: one for one in make.show(dataset)["resources"]}
    with datastore.owning() as cursor:
        assert tables.owner_of(cursor, late) is None
    assert late in public
    table = next(id_ for id_ in public if id_ != late)
    assert len(make.rows(None, table)) == 2


def all_of(name: str):
    return sa.select(sa.text("*")).select_from(sa.table(name))


class Reader(threading.Thread):
    """Holds a table for some seconds, as a slow query does."""

    def __init__(self, name: str, seconds: float) -> None:
        super().__init__()
        self.name_, self.seconds = name, seconds
        self.holds = threading.Event()

    def run(self) -> None:
        engine = sa.create_engine(tk.config["ckan.datastore.read_url"])
        with engine.connect() as connection:
            connection.execute(all_of(self.name_)).all()
            self.holds.set()
            time.sleep(self.seconds)
        engine.dispose()


def test_a_slow_reader_holds_up_the_switch_and_other_readers_hardly(office, dataset):
    public = only_resource(dataset)["id"]
    revision = update(office, dataset)
    write(office, revision, {"ma": "C", "so": 3})
    submitted = make.submit(office, revision)
    slow = Reader(public, 2.5)
    slow.start()
    slow.holds.wait()
    waits: list[float] = []
    done = threading.Event()

    def poll() -> None:
        engine = sa.create_engine(tk.config["ckan.datastore.read_url"])
        while not done.is_set():
            started = time.monotonic()
            with engine.connect() as connection:
                connection.execute(all_of(public)).all()
            waits.append(time.monotonic() - started)
        engine.dispose()

    other = threading.Thread(target=poll)
    other.start()
    try:
        started = time.monotonic()
        assert make.approve(office, submitted)["state"] == "published"
        took = time.monotonic() - started
    finally:
        done.set()
        other.join()
        slow.join()
    assert 2 < took < 8
    # The lock's timeout at a time, and some breath for a busy machine.
    assert max(waits) < 1.0
    assert len(make.rows(None, public)) == 3


@pytest.mark.ckan_config("sonla.approval.lock_attempts", 1)
def test_a_reader_who_does_not_let_go_leaves_the_publication_to_the_next_tick(
    office, dataset
):
    public = only_resource(dataset)["id"]
    revision = update(office, dataset)
    write(office, revision, {"ma": "C", "so": 3})
    submitted = make.submit(office, revision)
    slow = Reader(public, 3)
    slow.start()
    slow.holds.wait()
    assert make.approve(office, submitted)["state"] == "publishing"
    assert len(make.rows(None, public)) == 2
    slow.join()
    recovery.resolve_leftovers()
    assert len(make.rows(None, public)) == 3


def left_alone(name: str) -> bool:
    with datastore.owning() as cursor:
        cursor.execute(
            "SELECT reloptions FROM pg_class WHERE relname = %s AND relkind = 'r'",
            (name,),
        )
        return "autovacuum_enabled=off" in (cursor.fetchone()[0] or [])


def test_autovacuum_does_not_hold_the_lock_that_the_switch_of_a_frozen_table_needs(
    office, dataset
):
    revision = update(office, dataset)
    write(office, revision, {"ma": "C", "so": 3})
    staged = only_resource(revision["package_id"])["id"]
    assert not left_alone(staged)
    make.submit(office, revision)
    assert left_alone(staged)
    make.act(office.officer, "sonla_revision_withdraw", id=revision["id"])
    assert not left_alone(staged)
    make.approve(office, make.submit(office, revision))
    assert left_alone(only_resource(dataset)["id"])
