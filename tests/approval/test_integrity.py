# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
# pyright: reportArgumentType=false
"""Whoever goes behind the portal's back is found out, and what was done is named."""

from __future__ import annotations

import json
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from freezegun import freeze_time

from ckan import model
from ckan.cli.cli import ckan as ckan_command
from ckanext.sonla.approval.history import versions
from ckanext.sonla.approval.integrity import check as integrity
from ckanext.sonla.approval.integrity import task as integrity_task
from ckanext.sonla.approval.storage import store
from ckanext.sonla.approval.storage.local import LocalStore
from ckanext.sonla.shared import policy
from ckanext.sonla.shared.events import Event
from ckanext.sonla.shared.mail import OutboxMail
from tests.factories import approval as make
from tests.factories import catalogue

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")

ROWS = [{"ma": "A", "so": 1}, {"ma": "B", "so": 2}, {"ma": "C", "so": 3}]


@pytest.fixture
def office():
    return make.office()


@pytest.fixture
def published(office):
    revision = make.draft(office)
    resource = make.show(revision["package_id"])["resources"][0]
    make.table(office, resource["id"], ROWS)
    return make.approve(office, make.submit(office, revision))


@pytest.fixture
def behind(superuser):
    """Do something in CKAN's database that no seal stops."""
    return _behind(superuser)


@pytest.fixture
def behind_datastore(datastore_superuser):
    """The same in the DataStore's."""
    return _behind(datastore_superuser)


def _behind(engine):
    def execute(sql, **values):
        with engine.begin() as connection:
            connection.execute(sa.text("SET session_replication_role = replica"))
            done = connection.execute(sa.text(sql), values)
        model.Session.expire_all()
        return done.rowcount

    return execute


def resource_of(revision):
    return make.show(revision["dataset_id"])["resources"][0]["id"]


def on(sql, revision):
    """Put the name of the published table into a statement."""
    return sql.format(f'"{resource_of(revision)}"')


def found(dataset=None):
    return {(one.resource, one.field): one for one in integrity.check(dataset)}


@contextmanager
def other_bytes(address):
    """Change a stored file as the administrator of the file system can."""
    place = store.place()
    assert isinstance(place, LocalStore)
    path = place.path(address)
    before = path.read_bytes()
    path.chmod(0o640)
    path.write_bytes(before + b" ")
    yield
    path.write_bytes(before)


def test_what_was_published_through_the_portal_is_whole(office, published):
    update = make.act(
        office.officer, "sonla_revision_open", dataset_id=published["dataset_id"]
    )
    make.act(office.officer, "package_patch", id=update["package_id"], title="Mới")
    make.approve(office, make.submit(office, update))
    make.draft(office, title="Bản nháp khác")
    make.act(office.officer, "sonla_revision_open", dataset_id=published["dataset_id"])
    assert found() == {}


def test_another_title_is_named_with_both_values(published, behind):
    behind("UPDATE package SET title = 'Sai'")
    one = found()[None, "title"]
    assert (one.found, one.expected) == ("Sai", "Danh mục trường tiểu học")
    assert one.dataset == model.Package.get(published["dataset_id"]).name


def test_a_dataset_hidden_or_deleted_is_named(published, behind):
    behind("UPDATE package SET private = true")
    assert found()[None, "private"].found is True
    behind("UPDATE package SET private = false, state = 'deleted'")
    assert found()[None, "state"].found == "deleted"


def test_a_resource_that_is_deleted_or_renamed_is_named(published, behind):
    assert published
    behind("UPDATE resource SET name = 'Tên khác'")
    assert found()["Ghi chú", "name"].found == "Tên khác"
    behind("UPDATE resource SET name = 'Ghi chú', state = 'deleted'")
    assert found()["Ghi chú", None].problem == "it is gone"


def test_a_resource_that_nobody_approved_is_named(published, behind):
    behind(
        "INSERT INTO resource (id, package_id, url, name, position, state, extras,"
        " created, metadata_modified) SELECT 'them', package_id, 'http://a.vn/',"
        " 'Chen them', 9, 'active', '{}', created, metadata_modified FROM resource"
    )
    assert published
    assert found()["Chen them", None].problem == "nobody approved it"


def test_a_changed_row_is_named_with_its_column(published, behind_datastore):
    behind_datastore(on("UPDATE {} SET so = 99 WHERE ma = 'B'", published))
    one = found()["Ghi chú", "row 2"]
    assert (one.expected, one.found) == ({"so": "2"}, {"so": "99"})


def test_a_row_more_or_less_is_named(published, behind_datastore):
    behind_datastore(on("DELETE FROM {} WHERE ma = 'C'", published))
    all_ = found()
    assert (all_["Ghi chú", "rows"].expected, all_["Ghi chú", "rows"].found) == (3, 2)
    assert all_["Ghi chú", "row 3"].found is None


def test_the_data_dictionary_and_the_owner_are_compared(published, behind_datastore):
    table = resource_of(published)
    behind_datastore(f'COMMENT ON COLUMN "{table}".ma IS \'{{"label": "Sai"}}\'')
    behind_datastore(f'ALTER TABLE "{table}" OWNER TO sonla_write')
    all_ = found()
    assert ("Ghi chú", "column ma") in all_
    assert all_["Ghi chú", "owner"].found == "sonla_write"


def test_a_table_that_is_gone_is_named(published, behind_datastore):
    behind_datastore(f'DROP TABLE "{resource_of(published)}"')
    assert found()["Ghi chú", None].problem == "its table is gone"


def test_changed_or_missing_bytes_are_named(published):
    content = model.Session.get(versions.Revision, published["id"]).content
    parts = versions.parts(content)
    assert parts
    for part in parts:
        place = "Ghi chú", f"{part.kind} of version 1"
        with other_bytes(part.sha256):
            assert found()[place].problem == "its bytes were changed"
    last = parts[-1]
    store.remove(last.sha256)
    place = "Ghi chú", f"{last.kind} of version 1"
    assert found()[place].problem == "its bytes are gone"


def test_another_content_or_digest_does_not_fit_the_log(published, behind):
    behind(
        "UPDATE sonla_revision SET content = jsonb_set(content,"
        " '{dataset,title}', '\"Sai\"')"
    )
    assert found()[None, "version 1"].expected == published["digest"]
    behind("UPDATE sonla_revision SET digest = repeat('0', 64)")
    model.Session.expire_all()
    problems = {one.problem for one in integrity.check()}
    assert "its digest is not the one in the log" in problems


def test_a_revision_that_was_deleted_is_named_by_the_log(published, behind):
    assert published
    behind("DELETE FROM sonla_revision")
    problems = {one.problem for one in integrity.check()}
    assert problems == {
        "it is public and nobody approved it",
        "the log says that it was published, but there is no such revision",
    }


def test_a_forged_event_is_named_by_its_number(published, behind):
    assert published
    seq = model.Session.scalar(
        sa.select(Event.seq).where(Event.name == "revision.published")
    )
    behind("UPDATE sonla_event SET agency_title = 'Khác' WHERE seq = :seq", seq=seq)
    assert (None, f"event {seq}") in found()


def test_a_guard_that_was_switched_off_is_named(superuser):
    with superuser.begin() as connection:
        connection.execute(sa.text("ALTER TABLE package DISABLE TRIGGER sonla_seal"))
    try:
        assert (None, "package.sonla_seal") in found()
    finally:
        with superuser.begin() as connection:
            connection.execute(sa.text("ALTER TABLE package ENABLE TRIGGER sonla_seal"))


def test_the_command_ends_with_1_and_speaks_json(cli, published, behind):
    said = cli.invoke(ckan_command, ["sonla", "integrity", "check"])
    assert (said.exit_code, "0 findings" in said.output) == (0, True)
    behind("UPDATE package SET notes = 'Sai'")
    said = cli.invoke(ckan_command, ["sonla", "integrity", "check", "--json"])
    assert said.exit_code == 1
    told = json.loads(said.stdout)
    assert [one["field"] for one in told["findings"]] == ["notes"]
    name = model.Package.get(published["dataset_id"]).name
    said = cli.invoke(ckan_command, ["sonla", "integrity", "check", "--dataset", name])
    assert said.exit_code == 1


def test_the_scheduler_checks_every_week_and_tells_the_operators(published, behind):
    assert published
    running = catalogue.agency(name=policy.text("operating_office"))
    operator = model.User.get(make.appoint(running["id"], "operator"))
    integrity_task.check_when_due()
    assert checks() == []
    behind("UPDATE package SET title = 'Sai'")
    with freeze_time("2040-01-01", tick=True):
        integrity_task.check_when_due()
        integrity_task.check_when_due()
    [event] = checks()
    assert (event.data["findings"], event.public) == (1, False)
    assert "Sai" in event.data["told"][0]
    query = sa.select(OutboxMail).where(OutboxMail.user_id == operator.id)
    [mail] = [one for one in model.Session.scalars(query) if "integrity" in one.key]
    assert "Sai" in mail.text


def checks():
    query = sa.select(Event).where(Event.name == integrity_task.EVENT)
    return list(model.Session.scalars(query))
