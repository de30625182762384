# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""Other portals' catalogues: what they say is public by the leader's approval alone."""

from __future__ import annotations

import io
import itertools
import json
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from ckanext.sonla.harvesting.runs import recovering, working
from ckanext.sonla.harvesting.runs.model import HarvestRun
from ckanext.sonla.shared import faults
from tests.approval import crashes
from tests.factories import approval

from . import catalogues as of
from . import running
from .test_source_pages import Reader

if TYPE_CHECKING:
    from .conftest import Site

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def portal(staff: dict[str, str], site: Site) -> of.Portal:
    """Return another portal with one dataset that belongs to an entry."""
    of.entries("DL-1", "DL-2")
    found = of.Portal(site)
    found.dataset("tram", found.file("/tram.csv", of.ROWS))
    return found


@pytest.fixture
def source(portal: of.Portal, site: Site) -> Any:
    return of.source(site.address, {"entries": {"tram": "DL-1", "khac": "DL-2"}})


def test_a_remote_dataset_becomes_public_by_the_leaders_approval(
    source: Any, portal: of.Portal
):
    portal.dataset("khong-ai-can", portal.file("/x.csv", of.ROWS))
    first = running.run(source["id"])
    assert (first["outcome"], of.counts(first)) == ("submitted", [2, 1, 0, 0, 0, 1])
    assert "Trạm y tế khong-ai-can" in first["reasons"][0]["sentence"]
    item = of.told(source["id"])["tram"]
    assert approval.refusal(None, "package_show", id=item["dataset_id"]) == "403"
    approval.approve(running.office(), of.revision(item))
    public = approval.act(None, "package_show", id=item["dataset_id"])
    assert (public["title"], public["catalogue_entry"]) == ("Trạm y tế tram", "DL-1")
    assert [tag["name"] for tag in public["tags"]] == ["y tế"]
    (resource,) = public["resources"]
    assert [row["ten"] for row in approval.rows(None, resource["id"], 9)] == [
        "Mường La",
        "Mộc Châu",
    ]
    # The same again opens nothing.
    again = running.run(source["id"])
    assert (again["outcome"], of.counts(again)) == ("unchanged", [2, 0, 0, 1, 0, 1])
    # Other rows go into the same dataset.
    portal.file("/tram.csv", of.ROWS + "3,Sông Mã\n")
    portal.dataset("tram", f"{portal.site.address}/tram.csv", title="Trạm xá")
    third = running.run(source["id"])
    assert (third["outcome"], of.counts(third)) == ("submitted", [2, 0, 1, 0, 0, 1])
    item = of.told(source["id"])["tram"]
    assert item["dataset_id"] == public["id"]
    assert approval.show(public["id"])["title"] == "Trạm y tế tram"
    approval.approve(running.office(), of.revision(item))
    assert approval.show(public["id"])["title"] == "Trạm xá"
    assert len(approval.rows(None, resource["id"], 9)) == 3


def test_what_a_remote_dataset_may_not_say_is_left_out(
    source: Any, portal: of.Portal, site: Site
):
    """Name, id, state and agency are the portal's; a script in a title is a text."""
    portal.dataset(
        "tram",
        f"{site.address}/tram.csv",
        title="<script>alert(1)</script>\x00",
        owner_org="so-khac",
        license_id="khac",
        extras=[{"key": "private", "value": "false"}, {"key": "id", "value": "x"}],
    )
    found = running.run(source["id"])
    assert found["added"] == 1, found
    draft = approval.show(of.told(source["id"])["tram"]["dataset_id"])
    assert (draft["private"], draft["owner_org"]) == (True, running.office().id)
    assert draft["title"] == "<script>alert(1)</script>"
    assert draft["license_id"] != "khac"
    assert not {"x", "id-tram"} & {draft["id"]}


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("file:///etc/passwd", "file"),
        ("http://169.254.169.254/latest/meta-data", "file"),
        ("http://10.1.2.3/tram.csv", "file"),
        ("/huge.csv", "file"),
        ("/away.csv", "file"),
        ("/login.csv", "file"),
        ("/bad.csv", "file_rows"),
    ],
)
def test_a_file_that_can_not_be_had_changes_nothing_and_is_told(
    source: Any, portal: of.Portal, site: Site, url: str, said: str
):
    site.answers["/huge.csv"] = huge
    site.answers["/away.csv"] = lambda handler: handler.reply(
        302, b"", Location="http://169.254.169.254/latest"
    )
    portal.file("/login.csv", "<html>Đăng nhập</html>", "text/html")
    portal.file("/bad.csv", "ma,ten\nmười,\n")
    portal.dataset("khac", portal.file("/khac.csv", of.ROWS))
    portal.dataset("tram", url if ":" in url else f"{site.address}{url}")
    found = running.run(source["id"])
    # The other dataset is none the worse for it.
    assert (found["outcome"], of.counts(found)) == ("submitted", [2, 1, 0, 0, 1, 0])
    item = of.told(source["id"])["tram"]
    assert (item["state"], item["reason"]["code"]) == ("refused", said), item
    assert "{" not in item["reason"]["sentence"]
    assert "Trạm y tế tram" in found["reasons"][0]["sentence"]


def huge(handler: Any) -> None:
    """Promise ten gigabytes."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/csv")
    handler.send_header("Content-Length", str(10 * 10**9))
    handler.end_headers()
    handler.close_connection = True


def test_what_is_gone_sent_back_or_named_twice_is_told(source: Any, portal: of.Portal):
    approval.approve(
        running.office(), of.revision(_taken(running.run(source["id"]), source))
    )
    public = of.told(source["id"])["tram"]["dataset_id"]
    portal.datasets.clear()
    portal.dataset("khac", portal.file("/khac.csv", of.ROWS))
    second = running.run(source["id"])
    assert of.told(source["id"])["tram"]["state"] == "gone"
    assert approval.act(None, "package_show", id=public)["state"] == "active"
    item = of.told(source["id"])["khac"]
    told = {"id": item["revision_id"], "comment": "Thiếu số liệu."}
    approval.act("ld-yte", "sonla_revision_return", **told)
    third = running.run(source["id"])
    assert (second["outcome"], third["outcome"]) == ("submitted", "held")
    assert of.told(source["id"])["khac"]["reason"]["code"] == "sent_back"
    portal.dataset("ban-sao", extras=[{"key": "catalogue_entry", "value": "DL-2"}])
    fourth = running.run(source["id"])
    assert (fourth["outcome"], of.counts(fourth)) == ("failed", [2, 0, 0, 0, 2, 0])


def _taken(run: dict[str, Any], source: Any) -> dict[str, Any]:
    assert run["outcome"] == "submitted", run
    return of.told(source["id"])["tram"]


def test_a_run_that_is_killed_wherever_it_is_submits_once(
    source: Any, monkeypatch: Any
):
    monkeypatch.setattr(recovering, "CRASHES", 99)
    running.ask(source["id"])
    run_id = str(HarvestRun.open_of(source["id"]).id)
    for place in faults.declared()["harvest_catalogue"]:
        assert crashes.killed_at(place, lambda: working.work(run_id)), place
        running.recover(source["id"])
    found = running.work(source["id"])
    assert (found["outcome"], of.counts(found)) == ("submitted", [1, 1, 0, 0, 0, 0])
    item = of.told(source["id"])["tram"]
    listed = approval.act(
        "ld-yte", "sonla_revision_list", dataset_id=item["dataset_id"]
    )
    assert listed["count"] == 1


def test_upstream_types_are_refused_and_strangers_see_nothing(source: Any, site: Site):
    running.run(source["id"])
    for kind in ("ckan", "dcat_rdf", "dcat_json"):
        told = {"name": kind.replace("_", "-"), "source_type": kind}
        refused = approval.refusal("cb-yte", "harvest_source_create", **told)
        assert "source_type" in refused, kind
    for action in ("sonla_harvest_dataset_list", "sonla_harvest_preview"):
        assert approval.refusal(None, action, source_id=source["id"]) == "403"
    preview = approval.act("cb-yte", "sonla_harvest_preview", source_id=source["id"])
    assert (preview["datasets"], preview["taken"]) == (1, 1)
    assert preview["rows"][0]["entry"] == "DL-1"


def test_the_pages_of_a_catalogue_open(app: Any, source: Any, portal: of.Portal):
    portal.dataset("khong-ai-can", title="<b>Không ai cần</b>")
    running.run(source["id"])
    officer = Reader(app, "cb-yte")
    body = officer.post(f"/harvesting/{source['name']}/trial", do="preview")
    assert "1 of 2 datasets" in body
    assert "<b>Không" not in body
    runs = officer.get(f"/harvesting/{source['name']}/runs")
    assert of.told(source["id"])["tram"]["revision_id"] in runs
    for name in ("settings", "approval"):
        officer.get(f"/harvesting/{source['name']}/{name}")
    officer.get(f"/harvest/{source['name']}")
    for kind in ("sonla_ckan", "sonla_dcat"):
        officer.get(f"/harvesting/new/{kind}")


def test_a_workbook_becomes_a_table_and_other_formats_are_left_out(
    portal: of.Portal, site: Site
):
    of.entries("DL-9", formats=["XLSX"])
    workbook, body = openpyxl.Workbook(), io.BytesIO()
    for row in (("ma", "ten"), (1, "Mường La"), (2, "Mộc Châu")):
        workbook.worksheets[0].append(row)
    workbook.save(body)
    url = portal.file("/so.xlsx", body.getvalue(), XLSX)
    book = {"id": "r1", "name": "Sổ", "url": url, "format": ".xlsx"}
    csv = {"id": "r2", "name": "Bảng CSV", "url": f"{url}.csv", "format": "CSV"}
    portal.dataset("so", resources=[book, csv])
    source = of.source(site.address, {"entries": {"so": "DL-9"}})
    assert running.run(source["id"])["outcome"] == "submitted"
    item = of.told(source["id"])["so"]
    assert item["left_files"] == ["Bảng CSV"]
    approval.approve(running.office(), of.revision(item))
    (resource,) = approval.act(None, "package_show", id=item["dataset_id"])["resources"]
    assert [row["ten"] for row in approval.rows(None, resource["id"])] == [
        "Mường La",
        "Mộc Châu",
    ]
    assert running.run(source["id"])["outcome"] == "unchanged"


def test_a_file_that_the_source_takes_out_goes_after_a_run_without_news_too(
    portal: of.Portal, site: Site
):
    note = {"id": "r2", "name": "Sổ", "url": f"{site.address}/tram.csv"}
    (told,) = portal.datasets
    table = told["resources"][0]
    of.entries("DL-3", tables=[], formats=["CSV"])
    portal.dataset("so", resources=[table, {**note, "format": "CSV"}])
    made = of.source(site.address, {"entries": {"so": "DL-3"}}, name="so-sach")
    running.run(made["id"])
    item = of.told(made["id"])["so"]
    approval.approve(running.office(), of.revision(item))
    assert running.run(made["id"])["outcome"] == "unchanged"
    portal.dataset("so", resources=[table])
    assert running.run(made["id"])["outcome"] == "submitted"
    approval.approve(running.office(), of.revision(of.told(made["id"])["so"]))
    (resource,) = approval.show(item["dataset_id"])["resources"]
    assert resource["name"] == table["name"]


def test_remote_datasets_of_one_name_go_each_into_a_dataset_of_its_own(
    portal: of.Portal, site: Site
):
    of.catalogue.dataset(name="tram-xa")
    for code in ("DL-1", "DL-2"):
        said = {"key": "catalogue_entry", "value": code}
        url = portal.file(f"/{code}.csv", of.ROWS)
        portal.dataset("tram-xa", url, id=f"id-{code}", extras=[said])
    source = of.source(site.address)
    found = running.run(source["id"])
    assert (found["outcome"], of.counts(found)) == ("submitted", [3, 2, 0, 0, 0, 1])
    asked = {"source_id": source["id"]}
    items = approval.act("cb-yte", "sonla_harvest_dataset_list", **asked)["results"]
    made = {
        one["entry"]: approval.show(one["dataset_id"])
        for one in items
        if one["state"] == "added"
    }
    assert {code: one["catalogue_entry"] for code, one in made.items()} == {
        "DL-1": "DL-1",
        "DL-2": "DL-2",
    }
    assert len({"tram-xa", *(one["name"] for one in made.values())}) == 3


@pytest.mark.parametrize(("is_new", "ended"), [(False, "submitted"), (True, "failed")])
def test_a_list_without_an_end_comes_to_one(
    portal: of.Portal, site: Site, is_new: bool, ended: str
):
    """Whether it gives the same datasets for ever, or ever new ones."""
    (told,) = portal.datasets
    pages = itertools.count()

    def answer(handler: Any) -> None:
        one = {**told, "id": f"{told['id']}-{next(pages)}"} if is_new else told
        page = {"count": 10**9, "results": [one]}
        handler.reply(200, json.dumps({"success": True, "result": page}).encode())

    site.answers["/api/3/action/package_search"] = answer
    config = {"entries": {"id-tram": "DL-1"}, "limits": {"pages": 5}}
    source = of.source(site.address, config)
    found = running.run(source["id"])
    assert found["outcome"] == ended, found
    if is_new:
        assert found["reasons"][0]["problem"] == "too_many_pages"
        assert of.told(source["id"]) == {}
    else:
        assert of.counts(found) == [1, 1, 0, 0, 0, 0]
    assert sum("package_search" in path for path, _ in site.asked) <= 5
