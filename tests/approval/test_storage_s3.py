"""Files in a bucket of a real S3 server: OpenStack Swift, through its s3api.

What holds of a folder holds of the bucket: content-addressed, switched with CKAN's
commit, open to nobody but through the portal.
"""

from __future__ import annotations

import io
import logging

import pytest
from werkzeug.datastructures import FileStorage

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import files
from ckan.tests import factories
from ckanext.sonla.approval.integrity import check as integrity
from ckanext.sonla.approval.storage import retention, s3, s3_server, store
from ckanext.sonla.approval.storage.stored import location_of
from ckanext.sonla.intake import loads
from deploy.testing.s3.server import SECRET, S3Server
from tests.factories import approval as make

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "on_s3")

CSV = "ma,so\nA,1\nB,2\n"
NAME = "resources"
PREFIX = f"ckan.files.storage.{NAME}."
LATER = f"{CSV}C,3\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    found = S3Server(tmp_path_factory.mktemp("s3"))
    found.start()
    yield found
    found.stop()


@pytest.fixture
def configured(monkeypatch, ckan_config):
    """Configure storages as at a start; afterwards they are what they were."""

    def configure(settings):
        for name, value in settings.items():
            monkeypatch.setitem(ckan_config, name, value)
        files.reset()
        files.storages.reset()
        files.storages.collect()
        return files.get_storage(NAME)

    yield configure
    monkeypatch.undo()
    # With the settings went not what their declaration added to them.
    for name in [one for one in ckan_config if one.startswith(PREFIX)]:
        del ckan_config[name]
    files.storages.reset()
    files.storages.collect()


@pytest.fixture
def on_s3(server, configured):
    storage = configured(server.settings())
    yield storage
    configured(server.settings())
    for found in list(store.stored()):
        store.place().remove_at(found.location)


@pytest.fixture
def office():
    return make.office()


def upload(office, package_id, text, **values):
    action = "resource_update" if "id" in values else "resource_create"
    resource = make.act(
        office.officer,
        action,
        package_id=package_id,
        name="Bảng",
        format="CSV",
        upload=FileStorage(io.BytesIO(text.encode()), filename="bang.csv"),
        **values,
    )
    loads.run(resource["id"])
    return resource


def path(url):
    return url.replace("http://test.ckan.net", "")


def downloaded(app, revision):
    found = make.act(None, "sonla_revision_show", id=revision["id"])["files"]
    return {part["kind"]: app.get(path(part["url"])).data for part in found}


def test_a_dataset_is_published_and_updated_whole_on_s3(app, office):
    revision = make.draft(office, file=None)
    upload(office, revision["package_id"], CSV)
    first = make.approve(office, make.submit(office, revision))
    public = make.act(None, "package_show", id=first["dataset_id"])["resources"][0]
    assert app.get(path(public["url"])).data == CSV.encode()
    assert len(make.rows(None, public["id"])) == 2

    update = make.act(
        office.officer, "sonla_revision_open", dataset_id=first["dataset_id"]
    )
    working = make.show(update["package_id"])["resources"][0]
    upload(office, update["package_id"], LATER, id=working["id"])
    submitted = make.submit(office, update)
    assert app.get(path(public["url"])).data == CSV.encode()
    second = make.approve(office, submitted)
    assert app.get(path(public["url"])).data == LATER.encode()
    assert len(make.rows(None, public["id"])) == 3

    assert downloaded(app, first)["file"] == CSV.encode()
    assert downloaded(app, second)["file"] == LATER.encode()
    assert downloaded(app, second)["table"].count(b"\n") == 4
    named = {
        part["sha256"]
        for one in (first, second)
        for part in make.act(None, "sonla_revision_show", id=one["id"])["files"]
    }
    assert {found.address for found in store.stored()} == named
    assert list(integrity.check()) == []


def test_a_draft_on_s3_is_closed_to_strangers(app, office):
    revision = make.draft(office, file=b"%PDF-1.4 nhap")
    resource = make.show(revision["package_id"])["resources"][0]
    assert app.get(path(resource["url"]), expect_errors=True).status_code in (403, 404)


def test_a_part_of_a_file_is_asked_of_the_server(app, office):
    revision = make.published(office, file=b"%PDF-1.4 0123456789")
    part = make.act(None, "sonla_revision_show", id=revision["id"])["files"][0]
    answer = app.get(path(part["url"]), headers={"Range": "bytes=9-12"})
    assert (answer.status_code, answer.data) == (206, b"0123")
    assert answer.headers["Content-Range"] == "bytes 9-12/19"
    same = {"If-None-Match": answer.headers["ETag"]}
    assert app.get(path(part["url"]), headers=same, status=304).data == b""
    far = {"Range": "bytes=99-"}
    assert (
        app.get(path(part["url"]), headers=far, expect_errors=True).status_code == 416
    )


def test_a_large_file_is_sent_in_parts_and_read_from_any_place(monkeypatch):
    monkeypatch.setattr(s3, "_PART", 5 << 20)
    content = bytes(range(256)) * (11 << 12)
    address = store.keep(io.BytesIO(content))
    assert store.size(address) == len(content) > 2 * (5 << 20)
    with store.reading(address) as file:
        assert file.seek(7_000_000) == 7_000_000
        assert file.read(5) == content[7_000_000:7_000_005]
        assert file.seek(-3, io.SEEK_END)
        assert file.read() == content[-3:]
        file.seek(0)
        assert file.read() == content
    with store.local(address) as copy:
        assert copy.read_bytes() == content


def test_a_listing_goes_through_every_page():
    kept = {store.keep(io.BytesIO(f"tệp {number}".encode())) for number in range(12)}
    assert {found.address for found in store.stored()} == kept
    assert all(found.modified.tzinfo for found in store.stored())


def test_retention_ends_leftovers_there_too(on_s3, monkeypatch, ckan_config):
    client, bucket = on_s3.settings.client, on_s3.settings.bucket
    client.create_multipart_upload(Bucket=bucket, Key="files/sha256/do-dang")
    store.keep(io.BytesIO(b"khong ai biet"))
    retention.remove()
    assert len(list(store.stored())) == 1
    monkeypatch.setitem(ckan_config, "sonla.storage.grace_hours", -1)
    assert len(retention.remove().leftovers) == 1
    assert list(store.stored()) == []
    assert not client.list_multipart_uploads(Bucket=bucket).get("Uploads")


def test_what_is_not_there_is_named_so():
    absent = "0" * 64
    assert not store.exists(absent)
    assert not store.remove(absent)
    for opened in (store.reading(absent), store.local(absent)):
        with pytest.raises(FileNotFoundError), opened:
            pass
    address = store.keep(io.BytesIO(b"abc"))
    assert store.remove(address)
    assert not store.exists(address)


def test_the_bucket_gives_out_no_links(on_s3):
    data = files.FileData(files.Location("sha256/aa/bb/cc"))
    assert on_s3.temporary_link(data, 60) is None
    assert on_s3.permanent_link(data) is None


def test_the_file_manager_neither_writes_nor_removes_there(
    on_s3, configured, server, ckan_config
):
    address = store.keep(io.BytesIO(b"da cong bo"))
    data = files.FileData(files.Location(location_of(address)))
    with pytest.raises(files.exc.UnsupportedOperationError):
        on_s3.remove(data)
    with pytest.raises(files.exc.UnsupportedOperationError):
        on_s3.upload(data.location, files.make_upload(b"khac"))
    other = {
        name.replace(NAME, "other"): value for name, value in server.settings().items()
    }
    configured(other | {"ckan.files.storage.other.path": ""})
    try:
        with pytest.raises(tk.NotAuthorized):
            make.act(
                factories.Sysadmin()["name"],
                "file_create",
                name="x",
                storage="other",
                upload=FileStorage(io.BytesIO(b"khac"), filename="x"),
            )
    finally:
        for name in [one for one in ckan_config if ".storage.other." in one]:
            del ckan_config[name]
    assert store.exists(address)


def test_the_secret_is_in_no_text_and_no_log(on_s3, configured, server, caplog):
    caplog.set_level(logging.DEBUG)
    store.keep(io.BytesIO(b"mot tep"))
    assert SECRET not in repr(on_s3.settings)
    wrong = server.settings() | {f"{PREFIX}secret": "sai-khoa-bi-mat"}
    with pytest.raises(Exception, match="refused"):
        configured(wrong)
    assert "sai-khoa-bi-mat" not in caplog.text
    assert SECRET not in caplog.text


def test_a_setting_that_is_missing_is_named(configured, server):
    without = server.settings() | {f"{PREFIX}endpoint": ""}
    with pytest.raises(Exception, match="endpoint"):
        configured(without)


def test_a_server_that_is_down_changes_nothing_and_is_answered_503(
    app, office, configured, server
):
    revision = make.published(office)
    part = make.act(None, "sonla_revision_show", id=revision["id"])["files"][0]
    resource = make.act(None, "package_show", id=revision["dataset_id"])["resources"][0]
    update = make.act(
        office.officer, "sonla_revision_open", dataset_id=revision["dataset_id"]
    )
    down = {f"{PREFIX}endpoint": "http://127.0.0.1:9"}
    configured(server.settings() | down)
    for url in (part["url"], resource["url"]):
        assert app.get(path(url), expect_errors=True).status_code == 503
    assert app.get(f"/dataset/{revision['dataset_id']}/history").status_code == 200
    refused = make.refusal(
        office.officer,
        "resource_create",
        package_id=update["package_id"],
        name="Khác",
        upload=FileStorage(io.BytesIO(b"x"), filename="khac.txt"),
    )
    assert "upload" in refused
    assert len(make.show(update["package_id"])["resources"]) == 1
    with pytest.raises(s3_server.StorageDownError):
        store.size(part["sha256"])


def test_the_submit_that_can_not_store_its_tables_says_so(office, configured, server):
    revision = make.draft(office, file=None)
    upload(office, revision["package_id"], CSV)
    down = {f"{PREFIX}endpoint": "http://127.0.0.1:9"}
    configured(server.settings() | down)
    refused = make.refusal(office.officer, "sonla_revision_submit", id=revision["id"])
    assert "storage" in refused
    configured(server.settings())
    model.Session.rollback()
    assert make.submit(office, revision)["state"] == "submitted"
