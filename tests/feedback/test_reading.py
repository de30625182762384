"""What strangers read of feedback, before its answer and after (article 9.2)."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
import rdflib
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.feedback.handling.model import FrozenQuarter, FrozenSummary
from ckanext.sonla.feedback.reading import counting, zone
from ckanext.sonla.feedback.reading.model import FeedbackDelta
from ckanext.sonla.shared import clock, policy
from tests.factories import approval, catalogue, portal
from tests.factories import feedback as make

if TYPE_CHECKING:
    from ckanext.sonla.feedback.model import Feedback

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")
KNOWN_BEFORE = {
    "code", "kind", "state", "dataset_id", "dataset", "resource_id", "row", "column",
    "entry", "entry_title", "agency", "agency_title", "received", "due", "due_at",
    "closed", "days_left", "overdue", "round", "explain",
}  # fmt: skip


@pytest.fixture
def agency() -> str:
    return catalogue.agency()["id"]


def _list(user: str | None = None, **asked: Any) -> dict[str, Any]:
    return approval.act(user, "sonla_feedback_list", **asked)


def _show(user: str | None, one: Feedback) -> dict[str, Any]:
    return approval.act(user, "sonla_feedback_show", code=one.code)


def _codes(user: str | None = None, **asked: Any) -> set[str]:
    return {one["code"] for one in _list(user, **asked)["results"]}


def test_before_the_answer_strangers_read_kind_object_dates_and_state(agency: str):
    one = make.received(agency, name="Nguyễn Văn An", email="an@example.com")
    shown = _show(None, one)
    assert set(shown) == set(_list()["results"][0]) == KNOWN_BEFORE
    assert "Nguyễn" not in str(shown)
    assert one.text not in str(shown)
    assert one.subject not in str(_list())


def test_with_the_answer_comes_the_masked_text(agency: str):
    one = make.answered(agency, text="Gọi tôi: 0987 654 321", name="Nguyễn Văn An")
    shown = _show(None, one)
    assert shown["text"] == "Gọi tôi: [***]"
    assert shown["answer"]["text"] == "Đã bổ sung số liệu của ba xã."
    assert shown["timeline"][0]["name"] == "feedback.received"
    assert "Nguyễn" not in str(shown)
    assert make.LEADER not in str(shown)


def test_who_declines_has_the_answer_published_without_the_question(agency: str):
    one = make.answered(agency, publish_text=False)
    shown = _show(None, one)
    assert shown["text"] is None
    assert shown["subject"] is None
    assert shown["answer"]["text"]


def test_what_is_unconfirmed_held_or_set_aside_is_as_unknown_to_strangers(agency: str):
    nothing: dict[str, Any] = {"received": None, "due": None, "due_at": None}
    hidden = [
        make.received(agency, moderation="held"),
        make.received(agency, state="unconfirmed", **nothing),
        make.received(agency, state="set_aside", moderation="refused"),
    ]
    with pytest.raises(tk.ObjectNotFound) as unknown:
        approval.act(None, "sonla_feedback_show", code="PH-2222-2222-2222")
    for one in hidden:
        with pytest.raises(tk.ObjectNotFound) as refused:
            _show(None, one)
        assert str(refused.value) == str(unknown.value)
    assert _list()["count"] == 0
    assert _codes() == set()


def test_those_who_handle_it_read_all_of_it_and_others_do_not():
    office, other = approval.office(), approval.office()
    one = make.received(office.id, moderation="held")
    assert _show(office.officer, one)["text"] == one.text
    assert _show(office.leader, one)["text"] == one.text
    with pytest.raises(tk.ObjectNotFound):
        _show(other.officer, one)
    assert one.code in _codes(office.officer, agency=office.name)
    assert one.code not in _codes(other.officer, agency=office.name)


def test_counts_follow_every_change_before_and_after_they_are_folded(agency: str):
    other = catalogue.agency()["id"]
    rows = [make.received(agency), make.received(agency, kind="other")]
    make.received(other)
    assert _list()["count"] == 3
    counting.fold()
    assert not model.Session.scalar(sa.select(sa.func.count(FeedbackDelta.id)))
    assert _list()["count"] == 3
    assert _list(kind="other")["count"] == 1
    rows[0].state = "assigned"
    rows[1].handler_id = other
    model.Session.commit()
    for _ in range(2):
        assert _list(state="assigned")["count"] == 1
        assert _list(agency=other)["count"] == 2
        assert _list(agency=agency, state="open")["count"] == 1
        assert _list(year=clock.today().year)["count"] == 3
        assert _list(year=2001)["count"] == 0
        counting.fold()


def test_years_begin_where_the_policy_says(
    agency: str, ckan_config: Any, monkeypatch: pytest.MonkeyPatch
):
    """Nothing has the first user's time zone in it; the tick follows the policy."""
    make.received(agency, datetime.fromisoformat("2026-12-31T18:00Z"))
    assert _list(year=2027)["count"] == 1
    try:
        monkeypatch.setitem(ckan_config, "sonla.policy.timezone", "Europe/Vilnius")
        counting.fold()
        assert (_list(year=2026)["count"], _list(year=2027)["count"]) == (1, 0)
        assert not zone.follow_policy(), "once"
    finally:
        monkeypatch.undo()
        counting.fold()
    assert _list(year=2027)["count"] == 1


def test_filters_leave_what_they_say(agency: str):
    make.answered(agency, kind="format")
    kept = make.received(agency, kind="quality", dataset_id="d-1", entry_code="GD-01")
    assert _codes(kind="quality") == {kept.code}
    assert _codes(state="open") == {kept.code}
    assert _codes(state="answered,rejected") == _codes(state="closed") != {kept.code}
    assert _codes(dataset_id="d-1") == _codes(entry="GD-01") == {kept.code}
    assert _list(dataset_id="d-1")["count"] == 1
    assert _codes(order="due") == {kept.code}
    assert _codes(order="supported", kind="quality") == {kept.code}
    wrongs: list[dict[str, Any]]
    wrongs = [{"state": "x"}, {"order": "supported"}, {"offset": 10_001}]
    for wrong in wrongs:
        with pytest.raises(tk.ValidationError) as refused:
            _list(**wrong)
        assert set(refused.value.error_dict) == set(wrong)


def test_words_are_found_with_or_without_accents_in_what_was_answered(agency: str):
    waiting = make.received(agency, subject="Thủy sản ở Mường La")
    told = make.answered(agency, subject="Thủy sản ở Yên Châu")
    old = make.answered(
        agency, datetime.fromisoformat("2021-03-01T02:00Z"), subject="Thủy sản cũ"
    )
    assert _codes(q="THUY SAN") == {told.code, old.code}
    assert _codes(q="thủy yên") == {told.code}
    assert _codes(q=told.code.lower()) == {told.code}
    assert _codes(q="thuy san", year=2021) == {old.code}
    assert waiting.code not in _codes(q="muong la")
    assert _list(q="?!")["count"] == 0


def test_who_is_late_is_for_insiders_until_the_quarter_is_frozen():
    office = approval.office()
    late = make.received(office.id, datetime.fromisoformat("2026-01-05T02:00Z"))
    make.received(office.id)
    assert _show(None, late)["overdue"]
    with pytest.raises(tk.NotAuthorized):
        _list(late=True)
    assert _codes(office.leader, late=True, agency=office.id) == {late.code}
    assert late.code not in _codes(office.leader, late=False, agency=office.id)


def test_the_file_has_no_formula_and_only_what_is_public(agency: str, app: Any):
    make.answered(agency, subject="=HYPERLINK(0)", name="Nguyễn Văn An")
    make.answered(agency, publish_text=False, text="Giữ kín")
    make.received(agency)
    rows = list(csv.DictReader(io.StringIO(app.get("/feedback.csv").text[1:])))
    assert [row["subject"] for row in rows] == ["'=HYPERLINK(0)", ""]
    assert "Giữ kín" not in str(rows)
    assert "Nguyễn" not in str(rows)


def test_the_file_is_a_dataset_of_the_portal_for_programs(app: Any):
    """Article 9: what was answered is open data too, found where the other data is."""
    office = catalogue.agency(
        name=policy.text("operating_office"), title="Sở Khoa học và Công nghệ"
    )
    graph = rdflib.Graph().parse(data=app.get("/catalog.ttl").text, format="turtle")
    file = rdflib.URIRef("http://test.ckan.net/feedback.csv")
    (dataset,) = graph.subjects(rdflib.DCAT.distribution, file)
    (catalog,) = graph.subjects(rdflib.RDF.type, rdflib.DCAT.Catalog)
    assert (catalog, rdflib.DCAT.dataset, dataset) in graph
    assert (file, rdflib.DCAT.downloadURL, file) in graph
    assert "782" in str(graph.value(file, rdflib.DCTERMS.rights))
    publisher = graph.value(dataset, rdflib.DCTERMS.publisher)
    assert str(graph.value(publisher, rdflib.FOAF.name)) == office["title"]
    titles = {str(one) for one in graph.objects(dataset, rdflib.DCTERMS.title)}
    assert "Phản hồi đã được trả lời" in titles
    assert "/feedback.csv" in app.get("/dataset/").text, "people find it there too"


def test_pages_and_feeds_say_it_without_a_cookie(agency: str, app: Any):
    told, waiting = (
        make.answered(agency, subject="Thiếu <b>ba</b> xã"),
        make.received(
            agency, datetime.fromisoformat("2026-01-05T02:00Z"), text="Chưa ai biết"
        ),
    )
    pages = {
        address: app.get(address)
        for address in (
            "/feedback", "/feedback?q=thieu&year=2026", f"/feedback/{told.code}",
            f"/en/feedback/{waiting.code}", "/feedback/statistics", "/feedback.atom",
            "/feedback.rss",
        )
    }  # fmt: skip
    for address, page in pages.items():
        assert page.status_code == 200, address
        assert "Set-Cookie" not in page.headers, address
        assert "<b>ba</b>" not in page.text, address
        assert waiting.text not in page.text, address
    assert "kind=feedback" in pages[f"/en/feedback/{waiting.code}"].text
    assert told.code in pages["/feedback.atom"].text
    assert app.get("/feedback/PH-2222-2222-2222", status=404)
    assert app.get("/feedback?year=x", status=400)


def test_figures_are_frozen_for_strangers_and_live_for_insiders(app: Any):
    office = approval.office(title="Sở Công Thương")
    make.answered(office.id)
    make.received(office.id, datetime.fromisoformat("2026-01-05T02:00Z"))
    page = "/vi/feedback/statistics"
    assert "Sở Công Thương" not in app.get(page).text
    shown = app.get(page, headers=portal.log_in(office.leader)).text
    assert "Sở Công Thương" in shown
    assert "50%" in shown
    model.Session.add(
        FrozenQuarter(quarter="2026-Q3", as_of=clock.now(), frozen_at=clock.now())
    )
    model.Session.flush()
    model.Session.add(
        FrozenSummary(
            quarter="2026-Q3", agency_id=office.id, agency_name=office.name,
            agency_title="Sở Công Thương", received=4, due=4, on_time=3, late=1,
            open=0, rejected=0,
        )
    )  # fmt: skip
    model.Session.commit()
    assert "75%" in app.get(f"{page}?quarter=2026-Q3").text
