# A test that meets None instead of an element fails by itself.
# pyright: reportOptionalMemberAccess=false, reportOptionalSubscript=false
"""A calendar by a secret address: one agency's deadlines, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest
from bs4 import BeautifulSoup
from icalendar import Calendar

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests import factories
from ckanext.sonla.obligations.feeds.model import CalendarFeed
from tests.factories import agencies
from tests.factories import obligations as make
from tests.factories.approval import act

from .callers import key

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


@pytest.fixture
def office():
    return make.office(title="Sở Giáo dục và Đào tạo", agency_kind="department")


@pytest.fixture
def entries(office):
    with make.at("2026-05-20 09:00"):
        return [make.entry(office, title=f"Trường, lớp; số {n}") for n in (1, 2)]


def _address(user):
    told = act(user, "sonla_deadline_feed_renew")
    return told["address"].replace(tk.config["ckan.site_url"], "")


def _events(app, address):
    answer = app.get(address)
    assert answer.cache_control.no_store
    assert answer.cache_control.private
    assert not answer.cache_control.public
    assert "Set-Cookie" not in answer.headers
    return Calendar.from_ical(answer.body).walk("VEVENT")


def test_it_gives_the_deadlines_of_the_accounts_agency_only(app, office, entries):
    other = make.office(title="Sở Y tế", agency_kind="department")
    with make.at("2026-05-21 09:00"):
        make.entry(other, title="Bệnh viện")
    with make.at("2026-10-05 09:00"):
        make.run()
        address = _address(office.officer)
        events = _events(app, address)
    told = {event.decoded("dtstart"): event for event in events}
    assert set(told) == {date(2026, 10, 16), date(2027, 1, 18)}
    event = told[date(2026, 10, 16)]
    assert "2" in str(event["summary"])
    assert "Trường, lớp; số 1" in str(event["description"])
    assert "/deadline?" in str(event["description"])
    assert "Bệnh viện" not in app_text(events)


def app_text(events):
    return "\n".join(event.to_ical().decode() for event in events)


def test_only_a_digest_is_kept_and_a_new_address_ends_the_one_before(app, office):
    first = _address(office.officer)
    secret = first.rpartition("/")[2].removesuffix(".ics")
    kept = model.Session.get(CalendarFeed, model.User.get(office.officer).id)
    assert secret not in str(vars(kept))
    assert len(secret) >= 43
    app.get(first, status=200)
    second = _address(office.officer)
    app.get(first, status=404)
    app.get(second, status=200)
    assert act(office.officer, "sonla_deadline_feed_end") == {"ended": True}
    app.get(second, status=404)
    assert act(office.officer, "sonla_deadline_feed_end") == {"ended": False}


def test_a_wrong_secret_and_a_wrong_calendar_say_the_same(app, office):
    address = _address(office.officer)
    folder, _, secret = address.rpartition("/")
    wrong = [
        f"{folder}/{'x' * 43}.ics",
        f"{folder}/.ics",
        f"/obligations/feed/khong-co/{secret}",
        f"{folder}/{secret[:-5]}.ics",
    ]
    for one in wrong:
        app.get(one, status=404)


def test_it_ends_with_the_role_in_the_agency(app, office):
    address = _address(office.officer)
    member = (
        model.Session.query(model.Member)
        .filter_by(table_id=model.User.get(office.officer).id, group_id=office.id)
        .one()
    )
    agencies.by_decision()
    member.state = "deleted"
    model.Session.commit()
    app.get(address, status=404)


def test_a_day_that_moves_is_the_same_event_on_another_day(app, office, entries):
    operator = make.operator()
    with make.at("2026-10-05 09:00"):
        make.run()
        address = _address(office.officer)
        before = {str(e["uid"]): e.decoded("dtstart") for e in _events(app, address)}
        day = {"date": "2026-10-16", "kind": "holiday", "name": "Nghỉ"}
        act(operator, "sonla_calendar_set", **day)
        after = {str(e["uid"]): e.decoded("dtstart") for e in _events(app, address)}
    assert before.keys() == after.keys()
    assert date(2026, 10, 16) in before.values()
    assert date(2026, 10, 19) in after.values()


def test_strangers_and_people_without_an_agency_get_no_address(office):
    for name in ("", factories.User()["name"], factories.Sysadmin()["name"]):
        for action in ("sonla_deadline_feed_renew", "sonla_deadline_feed_end"):
            with pytest.raises(tk.NotAuthorized):
                act(name, action)


def test_the_page_shows_the_address_once(app, office, entries):
    headers = key(office.officer)
    with make.at("2026-10-05 09:00"):
        make.run()
        answer = app.post("/vi/obligations/calendar", headers=headers)
        assert answer.cache_control.no_store
        page = BeautifulSoup(answer.body, "html.parser")
        address = str(page.find(id="feed-address")["value"])
        app.get(address.replace(tk.config["ckan.site_url"], ""), status=200)
        again = app.get("/vi/obligations/calendar", headers=headers).body
        assert address not in again
        assert "2026-10-16" in again
        app.post("/vi/obligations/calendar/end", headers=headers)
    app.get(address.replace(tk.config["ckan.site_url"], ""), status=404)
    app.get("/vi/obligations/calendar", status=403)
