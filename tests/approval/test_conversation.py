"""Article 8.3: what isn't good goes back with directions, which the officer answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.factories import approval as make
from tests.factories import portal

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


@dataclass
class Case:
    """A submitted revision with a table of three rows."""

    office: make.Office
    revision: dict[str, Any]
    resource: str

    def returned(self, *points: Any, **more: Any) -> dict[str, Any]:
        return make.act(
            self.office.leader,
            "sonla_revision_return",
            id=self.revision["id"],
            comment="Sửa lại các điểm sau",
            points=list(points),
            **more,
        )

    def refused(self, *points: Any) -> Any:
        return make.refusal(
            self.office.leader,
            "sonla_revision_return",
            id=self.revision["id"],
            comment="Sửa lại",
            points=list(points),
        )

    def say(self, user: str, text: str, **more: Any) -> dict[str, Any]:
        return make.act(
            user, "sonla_revision_comment", id=self.revision["id"], text=text, **more
        )

    def points(self) -> list[dict[str, Any]]:
        shown = make.act(
            self.office.officer, "sonla_revision_show", id=self.revision["id"]
        )
        return [point for comment in shown["comments"] for point in comment["points"]]


@pytest.fixture
def case() -> Case:
    office = make.office()
    revision = make.draft(office)
    resource = make.show(revision["package_id"])["resources"][0]["id"]
    make.table(office, resource, [{"ma": str(n), "so": n} for n in range(3)])
    return Case(office, make.submit(office, revision), resource)


def test_directions_lead_to_field_file_column_and_row(case):
    package = make.show(case.revision["package_id"])["name"]
    case.returned(
        "Xem lại tất cả",
        {"text": "Tiêu đề chưa rõ", "field": "title"},
        {"text": "Tên tệp", "resource_id": case.resource, "field": "name"},
        {"text": "Thiếu đơn vị", "resource_id": case.resource, "column": "so"},
        {"text": "Sai số", "resource_id": case.resource, "column": "so", "row": "3"},
    )
    file = f"/dataset/{package}/resource/{case.resource}"
    assert [point["link"] for point in case.points()] == [
        None,
        f"/dataset/edit/{package}#field-title",
        f"{file}/edit#field-name",
        f"{file}?offset=0",
        f"{file}?offset=0",
    ]
    assert case.points()[-1]["row"] == 3


@pytest.mark.parametrize(
    "point",
    [
        {"text": "x", "field": "no_such_field"},
        {"text": "x", "resource_id": "no-such-file"},
        {"text": "x", "column": "so"},
        {"text": "x", "row": 1},
        {"text": "x", "resource_id": "RESOURCE", "column": "khong"},
        {"text": "x", "resource_id": "RESOURCE", "row": 4},
        {"text": "x", "resource_id": "RESOURCE", "row": 0},
        {"text": "x", "resource_id": "RESOURCE", "row": "a"},
        {"text": "x", "resource_id": "RESOURCE", "table": "khong"},
        {"text": ""},
        {"text": 3},
        {"field": "title"},
        {"text": "x", "other": "y"},
        5,
    ],
)
def test_a_point_leads_to_what_there_is(case, point):
    if isinstance(point, dict) and point.get("resource_id") == "RESOURCE":
        point = {**point, "resource_id": case.resource}
    assert list(case.refused(point)) == ["points"]
    shown = make.act(case.office.leader, "sonla_revision_show", id=case.revision["id"])
    assert (shown["state"], shown["comments"]) == ("submitted", [])


def test_the_officer_answers_each_point_and_submits_again(case):
    case.returned("Ghi rõ nguồn", {"text": "Tiêu đề chưa rõ", "field": "title"})
    first, second = case.points()
    assert (first["answered"], second["answered"]) == (None, None)
    # What the leader herself adds is no answer.
    case.say(case.office.leader, "Xin nhắc lại", reply_to=second["id"])
    answer = case.say(case.office.officer, "Đã ghi", reply_to=first["id"])
    assert [point["answered"] for point in case.points()] == [answer["id"], None]
    case.say(case.office.officer, "Đã sửa", reply_to=second["id"])
    make.approve(case.office, make.submit(case.office, case.revision))
    assert all(point["answered"] for point in case.points())


def test_an_answer_answers_something_of_this_conversation(case):
    other = make.submit(case.office, make.draft(case.office))
    elsewhere = make.act(
        case.office.leader, "sonla_revision_comment", id=other["id"], text="Khác"
    )
    for reply_to in ("nothing", elsewhere["id"]):
        refused = make.refusal(
            case.office.officer,
            "sonla_revision_comment",
            id=case.revision["id"],
            text="x",
            reply_to=reply_to,
        )
        assert list(refused) == ["reply_to"]


def test_the_conversation_stays_after_publication_for_insiders_only(case):
    case.returned("Ghi rõ nguồn")
    published = make.approve(case.office, make.submit(case.office, case.revision))
    inside = make.act(case.office.officer, "sonla_revision_show", id=published["id"])
    assert inside["comments"][0]["text"] == "Sửa lại các điểm sau"
    outside = make.act(None, "sonla_revision_show", id=published["id"])
    assert "comments" not in outside


def test_the_officer_sees_the_directions_beside_the_place(case, app):
    case.returned(
        {"text": "Tiêu đề chưa rõ", "field": "title"},
        {"text": "Sai số", "resource_id": case.resource, "row": 2},
    )
    package = make.show(case.revision["package_id"])["name"]
    officer = portal.log_in(case.office.officer)
    page = app.get(f"/en/dataset/edit/{package}", headers=officer).body
    above = page.index("Tiêu đề chưa rõ", page.index("<form"))
    assert above < page.index('id="field-title"')
    assert "Sai số" in page
    stranger = app.get(f"/en/dataset/edit/{package}", status=404)
    assert "Tiêu đề chưa rõ" not in stranger.body


def test_the_leader_points_at_places_by_the_form(case, app):
    leader = portal.log_in(case.office.leader)
    address = f"/en/revision/{case.revision['id']}"
    assert 'name="point-0-place"' in app.get(address, headers=leader).body
    form = {
        "comment": "Sửa lại",
        "point-0-place": "field:title",
        "point-0-text": "Tiêu đề chưa rõ",
        "point-2-place": f"resource_id:{case.resource}",
        "point-2-row": "2",
        "point-2-text": "Sai số",
    }
    wrong = {**form, "point-2-row": "9"}
    refused = app.post(f"{address}/return", headers=leader, data=wrong, status=409)
    assert "Tiêu đề chưa rõ" in refused.body
    app.post(f"{address}/return", headers=leader, data=form)
    assert [(p.get("field"), p.get("row")) for p in case.points()] == [
        ("title", None),
        (None, 2),
    ]
    point = case.points()[0]["id"]
    officer = portal.log_in(case.office.officer)
    reply = {"text": "Đã sửa", "reply_to": point}
    app.post(f"{address}/comment", headers=officer, data=reply)
    assert case.points()[0]["answered"]


# Several at once


def test_the_comparison_shows_the_directions_beside_the_place(app):
    office = make.office()
    published = make.published(office)
    update = make.act(
        office.officer, "sonla_revision_open", dataset_id=published["dataset_id"]
    )
    make.act(office.officer, "package_patch", id=update["package_id"], title="Tên mới")
    make.submit(office, update)
    make.act(
        office.leader,
        "sonla_revision_return",
        id=update["id"],
        comment="Sửa lại",
        points=[{"text": "Tiêu đề chưa rõ", "field": "title"}],
    )
    officer = portal.log_in(office.officer)
    page = app.get(f"/en/revision/{update['id']}", headers=officer).body
    changes = page[page.index('id="changes"') : page.index('id="content-heading"')]
    assert "Tiêu đề chưa rõ" in changes


def test_withdrawing_and_discarding_are_events_that_no_stranger_sees():
    office = make.office()
    revision = make.submit(office, make.draft(office))
    for step in ("withdraw", "discard"):
        make.act(office.officer, f"sonla_revision_{step}", id=revision["id"])
    asked = {"object_id": revision["dataset_id"]}
    inside = make.act(office.officer, "sonla_event_list", **asked)["results"]
    assert [event["name"] for event in reversed(inside)] == [
        "revision.opened",
        "revision.submitted",
        "revision.withdrawn",
        "revision.discarded",
    ]
    assert make.act(None, "sonla_event_list", **asked)["results"] == []
