# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
# pyright: reportArgumentType=false
"""Everybody finds what was published: every version, its files, how to cite it."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from bs4 import BeautifulSoup
from freezegun import freeze_time

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval.history import versions
from ckanext.sonla.approval.integrity import check as integrity
from ckanext.sonla.approval.storage import store
from ckanext.sonla.shared import policy
from tests.factories import approval as make
from tests.factories import catalogue

ROWS = [{"ma": "A", "so": 1}, {"ma": "B", "so": 2}]
FIRST, SECOND = b"%PDF-1.4 ban dau", b"%PDF-1.4 ban sau"


@pytest.fixture(scope="module")
def office(site):
    assert site
    return make.office(title="Sở Giáo dục và Đào tạo")


@pytest.fixture(scope="module")
def updated(office):
    """A dataset of two versions: another title, another file, another row."""
    revision = make.draft(office, file=FIRST)
    resource = make.show(revision["package_id"])["resources"][0]["id"]
    make.table(office, resource, ROWS)
    first = make.approve(office, make.submit(office, revision))
    return first, update(office, first["dataset_id"], SECOND)


def update(office, dataset_id, file):
    revision = make.act(office.officer, "sonla_revision_open", dataset_id=dataset_id)
    package = make.show(revision["package_id"])
    make.act(office.officer, "package_patch", id=package["id"], title="Tên mới")
    make.upload(office, package["id"], file, id=package["resources"][0]["id"])
    make.table(office, package["resources"][0]["id"], [*ROWS, {"ma": "C", "so": 3}])
    return make.approve(office, make.submit(office, revision))


def address(revision, rest=""):
    name = model.Package.get(revision["dataset_id"]).name
    return f"/dataset/{name}/history{rest}"


def shown(revision):
    return make.act(None, "sonla_revision_show", id=revision["id"])


def path(url):
    return url.replace("http://test.ckan.net", "")


def test_the_history_lists_every_version_with_digest_and_what_changed(site, updated):
    first, second = updated
    page = site.get(f"/vi{address(first)}").body
    assert first["digest"] in page
    assert second["digest"] in page
    entries = BeautifulSoup(page, "html.parser").select(".timeline > li p")
    assert "từ 2 thành 3 dòng" in entries[0].text
    assert "Set-Cookie" not in site.get(address(first)).headers


def test_the_history_names_offices_and_no_persons(site, office, updated):
    pages = [address(updated[0]), address(updated[0], "/1"), address(updated[0], "/2")]
    for page in pages:
        text = site.get(page).body
        assert "Sở Giáo dục và Đào tạo" in text
        assert office.officer not in text
        assert office.leader not in text


def test_a_version_shows_its_metadata_as_they_were(site, updated):
    page = site.get(address(updated[0], "/1")).body
    assert "Danh mục trường tiểu học" in page
    assert "Tên mới" in site.get(address(updated[0], "/2")).body


def test_codes_of_a_version_are_shown_in_words(site, updated):
    page = site.get("/vi" + address(updated[0], "/1")).body
    assert "mở cho mọi người" in page
    assert "publications.europa.eu" not in page
    assert "/group/" not in page.partition('id="version-metadata"')[2].split("<nav")[0]


def test_a_stranger_downloads_the_files_of_every_version(site, updated):
    for revision, file, rows in zip(updated, (FIRST, SECOND), (2, 3), strict=True):
        found = {part["kind"]: part for part in shown(revision)["files"]}
        answer = site.get(path(found["file"]["url"]))
        assert answer.data == file
        assert answer.headers["ETag"] == f'"{found["file"]["sha256"]}"'
        assert "ghi-chu.pdf" in answer.headers["Content-Disposition"]
        assert "Set-Cookie" not in answer.headers
        table = site.get(path(found["table"]["url"]))
        assert table.data.count(b"\n") == rows + 1
        assert table.headers["Content-Type"].startswith("text/csv")


def test_a_download_can_be_resumed_and_is_not_sent_again_unchanged(site, updated):
    part = shown(updated[0])["files"][0]
    rest = site.get(path(part["url"]), headers={"Range": "bytes=5-7"})
    assert (rest.status_code, rest.data) == (206, FIRST[5:8])
    known = {"If-None-Match": f'"{part["sha256"]}"'}
    assert site.get(path(part["url"]), headers=known, status=304).data == b""


def test_a_version_says_how_it_is_cited(site, updated):
    page = site.get(address(updated[0], "/1"))
    url = shown(updated[0])["url"]
    quote = BeautifulSoup(page.body, "html.parser").select_one(".quote")
    for part in ("Sở Giáo dục và Đào tạo", url, updated[0]["digest"]):
        assert part in quote.text
    links = page.headers.getlist("Link")
    assert f'<{url}>; rel="canonical"' in links
    assert any('rel="successor-version"' in link for link in links)
    data = BeautifulSoup(page.body, "html.parser").find_all(
        "script", type="application/ld+json"
    )
    found = [json.loads(one.string) for one in data]
    assert len(found) == 1
    cited = next(one for one in found if one.get("@id") == url)
    assert cited["identifier"] == f"sha256:{updated[0]['digest']}"
    assert len(cited["distribution"]) == 2


def test_files_go_with_the_policys_time_and_metadata_and_digest_stay(site, updated):
    part = shown(updated[0])["files"][0]
    ended = model.Session.get(versions.Revision, updated[1]["id"]).published
    last = versions.retention_end(ended)
    with freeze_time(f"{last.isoformat()} 12:00:00"):
        assert site.get(path(part["url"])).status_code == 200
    with freeze_time(f"{last.year + 1}-01-02 00:00:00"):
        assert site.get(path(part["url"]), status=410)
        page = site.get(address(updated[0], "/1")).body
        assert updated[0]["digest"] in page
        assert part["sha256"] in page
        assert part["url"] not in page
        assert [one["url"] for one in shown(updated[0])["files"]] == [None, None]
        assert all(one["url"] for one in shown(updated[1])["files"])


def test_what_is_drafted_or_submitted_has_no_address(site, office):
    first = make.published(office, file=FIRST)
    revision = make.act(
        office.officer, "sonla_revision_open", dataset_id=first["dataset_id"]
    )
    make.upload(office, revision["package_id"], b"%PDF-1.4 chua duyet")
    submitted = make.submit(office, revision)
    assert site.get(address(first, "/2"), status=404)
    drafted = f"/dataset/{revision['package_id']}/history"
    assert site.get(drafted, status=404)
    assert site.get(f"{drafted}/1/file/2/ghi-chu.pdf", status=404)
    with pytest.raises(tk.NotAuthorized):
        shown(submitted)


def test_a_dataset_never_published_has_no_history(site, office):
    revision = make.submit(office, make.draft(office))
    assert site.get(f"/dataset/{revision['dataset_id']}/history", status=404)
    assert site.get(f"/dataset/{revision['dataset_id']}/history/1", status=404)


def test_what_is_taken_down_serves_no_old_files(site, office):
    first = make.published(office, file=FIRST)
    part = shown(first)["files"][0]
    running = catalogue.agency(name=policy.text("operating_office"))
    operator = make.appoint(running["id"], "operator")
    dataset = first["dataset_id"]
    make.act(
        operator, "sonla_dataset_take_down", dataset_id=dataset, reason="Lộ thông tin"
    )
    for address_ in (path(part["url"]), address(first), address(first, "/1")):
        assert site.get(address_, expect_errors=True).status_code in (403, 410)
    own = make.act(office.leader, "sonla_revision_show", id=first["id"])
    assert all(one["url"] for one in own["files"])
    make.act(
        operator, "sonla_dataset_restore", dataset_id=dataset, reason="Đã kiểm tra"
    )
    assert site.get(path(part["url"])).data == FIRST
    page = site.get(address(first)).body
    assert "Lộ thông tin" in page
    assert "Đã kiểm tra" in page
    assert operator not in page


def test_a_retired_dataset_keeps_its_history_and_its_files(site, office):
    first = make.published(office, file=FIRST)
    part = shown(first)["files"][0]
    retirement = make.act(
        office.officer,
        "sonla_dataset_retire",
        dataset_id=first["dataset_id"],
        reason="Không còn thu thập",
    )
    make.approve(office, retirement)
    assert site.get(path(part["url"])).data == FIRST
    page = site.get(f"/vi{address(first)}").body
    assert "Cơ quan đã ngừng cung cấp dữ liệu này." in page
    assert retirement["digest"] in site.get(address(first, "/2")).body
    assert list(integrity.check()) == []


def test_a_published_revisions_own_address_leads_to_its_version(site, updated):
    answer = site.get(f"/revision/{updated[0]['id']}", follow_redirects=False)
    assert answer.headers["Location"].endswith(address(updated[0], "/1"))


def test_no_address_gives_another_file(site, updated):
    part = shown(updated[0])["files"][0]
    for wrong in ("/1/file/9/ghi-chu.pdf", "/1/file/1/khac.pdf", "/9/file/1/a.pdf"):
        assert site.get(address(updated[0], wrong), status=404)
    assert site.get(
        address(updated[0], f"/1/file/1/../../{part['sha256']}"), status=404
    )


def test_the_quarters_are_counted_from_the_one_of_the_supersession():
    ended = dt.datetime(2026, 12, 31, 18, tzinfo=dt.UTC)
    assert versions.retention_end(ended) == dt.date(2029, 3, 31)
    ended = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    assert versions.retention_end(ended) == dt.date(2028, 12, 31)


def test_the_address_of_a_file_is_its_hash():
    with store.writing() as file:
        file.write(b"abc")
    assert file.address.startswith("ba7816bf")
    assert store.size(file.address) == 3
