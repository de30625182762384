"""Articles 5.1, 6.1, 7.3: inspections, yearly reviews, orphans, demand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from freezegun import freeze_time
from sqlalchemy.exc import DBAPIError

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests import factories
from ckanext.sonla.catalogue.demand import counting, sources
from ckanext.sonla.catalogue.office import opening
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.mail import OutboxMail
from tests.factories import approval
from tests.factories import catalogue as make
from tests.factories.approval import appoint

if TYPE_CHECKING:
    from tests.catalogue.conftest import People

EVERYBODY = (
    "operator", "leader", "auditor", "officer", "agency_leader", "sysadmin", "stranger",
)  # fmt: skip


def _inspect(people: People, **values: Any) -> dict[str, Any]:
    data = {
        "agency": "so-y-te",
        "date": clock.today().isoformat(),
        "findings": "Hai tệp thiếu chú giải",
        **values,
    }
    return people.call("operator", "sonla_inspection_create", **data)


def test_an_agency_replies_once_to_an_inspection(people: People) -> None:
    made = _inspect(people)
    other = appoint(make.agency(name="so-noi-vu")["id"], "officer")
    listing: Any = tk.get_action("sonla_inspection_list")
    assert listing({"user": other, "ignore_auth": False}, {})["count"] == 0
    with pytest.raises(tk.NotAuthorized):
        tk.get_action("sonla_inspection_answer")(
            {"user": other, "ignore_auth": False}, {"id": made["id"], "text": "x"}
        )
    answer = {"id": made["id"], "text": "Đã bổ sung"}
    told = people.call("agency_leader", "sonla_inspection_answer", **answer)
    assert told["answer"] == "Đã bổ sung"
    with pytest.raises(tk.ValidationError, match="already"):
        people.call("agency_leader", "sonla_inspection_answer", **answer)
    listed = people.call("auditor", "sonla_inspection_list", agency="so-y-te")
    assert [one["id"] for one in listed["results"]] == [made["id"]]
    assert _mails("inspection.recorded") == 2
    assert _mails("inspection.answered") == 1
    for statement in (
        "UPDATE sonla_inspection SET findings = 'khác'",
        "UPDATE sonla_inspection SET answer = 'khác'",
        "DELETE FROM sonla_inspection",
    ):
        with pytest.raises(DBAPIError, match="stays as it was recorded"):
            model.Session.execute(sa.text(statement))
        model.Session.rollback()


def test_only_operators_inspect_and_bad_records_are_refused(people: People) -> None:
    for who in EVERYBODY:
        context: Any = {"user": getattr(people, who), "ignore_auth": False}
        for action in ("sonla_inspection_create", "sonla_task_close"):
            if who == "operator":
                assert tk.check_access(action, context, {})
                continue
            with pytest.raises(tk.NotAuthorized):
                tk.check_access(action, context, {})
    for who in ("stranger", None):
        for action in ("sonla_inspection_list", "sonla_task_list"):
            with pytest.raises(tk.NotAuthorized):
                people.call(who, action)
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    for wrong in ({"agency": "khong-co"}, {"date": tomorrow}, {"findings": " "}):
        with pytest.raises(tk.ValidationError) as refused:
            _inspect(people, **wrong)
        assert set(refused.value.error_dict) == set(wrong)


def test_two_reviews_a_year_become_tasks_once(people: People) -> None:
    with freeze_time("2027-09-15"):
        opening.open_reviews()
        assert people.call("operator", "sonla_task_list")["count"] == 0
    with freeze_time("2027-12-20"):
        for _ in range(2):
            opening.open_reviews()
            model.Session.commit()
        tasks = people.call("operator", "sonla_task_list")["results"]
    assert [(one["kind"], one["subject"], one["due"]) for one in tasks] == [
        ("catalogue_review", "2027", "2027-11-30"),
        ("portal_review", "2027", "2027-12-31"),
    ]
    assert _mails("task.opened") == 2
    close = {"id": tasks[1]["id"], "record": "Đã rà soát, không có tồn tại"}
    told = people.call("operator", "sonla_task_close", **close)
    assert (told["state"], told["record"]) == ("done", close["record"])
    with pytest.raises(tk.ValidationError, match="done already"):
        people.call("operator", "sonla_task_close", **close)


def _published(people: People, code: str) -> model.Package:
    agency = approval.Office(
        people.agency["id"], people.agency["name"], people.officer, people.agency_leader
    )
    revision = approval.published(agency, catalogue_entry=code)
    found = model.Package.get(revision["dataset_id"])
    assert found is not None
    return found


def test_a_dataset_whose_entry_is_retired_stays_and_opens_a_task(
    app: Any, people: People, line: dict[str, Any]
) -> None:
    line = {**line, "tables": [], "formats": [], "update_cycle": "once"}
    make.entries_in_force(line, {**line, "code": "YT-02"})
    dataset = _published(people, "YT-01")
    opening.open_orphans()
    assert people.call("operator", "sonla_task_list")["count"] == 0
    edition = people.call("operator", "sonla_edition_create", kind="amending")
    people.call(
        "operator", "sonla_entry_retire", edition_id=edition["id"], code="YT-01"
    )
    people.call("operator", "sonla_edition_submit", id=edition["id"])
    people.call(
        "leader", "sonla_edition_approve", id=edition["id"],
        decision_number="2/QĐ-UBND", decision_date=clock.today().isoformat(),
        impact_reason="Không còn thu thập",
    )  # fmt: skip
    for _ in range(2):
        opening.open_orphans()
        model.Session.commit()
    task = people.call("officer", "sonla_task_list")["results"]
    assert [(one["kind"], one["state"]) for one in task] == [
        ("dataset_without_entry", "open")
    ]
    assert str(dataset.title) in task[0]["title"]
    assert _mails("task.opened") == 3
    page = app.get(f"/dataset/{dataset.name}")
    assert page.status_code == 200
    assert "is no longer in the catalogue" in page.body
    back = make.entries_in_force(line)
    assert back[0]["state"] == "in_force"
    opening.open_orphans()
    model.Session.commit()
    listed = people.call("operator", "sonla_task_list", state="open")
    assert listed["count"] == 0, "its entry is back"


def test_demand_counts_downloads_and_searches_without_result(
    app: Any, people: People, line: dict[str, Any]
) -> None:
    make.entry_in_force(**line)
    counting.connect_to_redis().delete(counting._key())
    dataset = make.dataset(catalogue_entry="YT-01", owner_org="so-y-te")
    resource = model.Resource(package_id=dataset["id"], url="http://a.vn/x.pdf")
    model.Session.add(resource)
    model.Session.commit()
    for _ in range(3):
        counting.add("download", resource.id)
    for text in ("trạm y tế", "Trạm Y tế", "nhà thuốc", "079012345678", "a@b.vn", "x"):
        counting.note_empty_search(text)
    app.get("/dataset", query_string={"q": "nhà thuốc"})
    app.get("/catalogue", query_string={"q": "nhà thuốc"})
    for _ in range(2):
        counting.store_counts()
    counting.add("download", resource.id)
    counting.store_counts()
    assert sources.empty_searches() == [("nha thuoc", 3), ("tram y te", 2)]
    told = sources.of_entries(["YT-01", "YT-99"])
    assert {one["name"]: one["count"] for one in told["YT-01"]} == {
        "downloads": 4, "empty_searches": 2,
    }  # fmt: skip
    assert told["YT-99"] == []
    page = BeautifulSoup(app.get("/catalogue/YT-01").body, "html.parser")
    shown = " ".join(page.get_text(" ").split())
    assert "Demand Downloads in a year: 4 Searches without result in a year: 2" in shown
    asked = sources.of_texts(["Danh sách nhà thuốc"])["Danh sách nhà thuốc"]
    assert [one["count"] for one in asked] == [3]
    operator = {"Authorization": factories.APIToken(user=people.operator)["token"]}
    console = BeautifulSoup(app.get("/console", headers=operator).body, "html.parser")
    (tile,) = console.select('a[href="#searches"]')
    assert tile.get_text(" ").split()[-1] == "2", "as many as its section lists"


def test_a_figure_older_than_a_year_is_no_demand_any_more(people: People) -> None:
    counting._write({"empty_search nha thuoc": 5})
    model.Session.execute(
        sa.text("UPDATE sonla_demand SET month = :old"), {"old": date(2020, 1, 1)}
    )
    assert sources.empty_searches() == []


def _mails(event: str) -> int:
    return model.Session.query(OutboxMail).filter_by(event=event).count()
