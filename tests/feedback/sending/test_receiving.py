"""Article 9.1: anybody sends; article 9.2: the days run from receipt."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import calendar, clock
from ckanext.sonla.shared.deadline import deadline
from ckanext.sonla.shared.events import Event
from tests.factories import catalogue
from tests.factories import sending as make
from tests.factories.sending import kept

if TYPE_CHECKING:
    from tests.factories.approval import Office

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


def happened(code: str) -> list[str]:
    return list(
        model.Session.scalars(
            sa.select(Event.name).where(Event.object_id == code).order_by(Event.seq)
        )
    )


def test_with_a_proof_it_is_received_at_once(office: Office):
    told = make.send(agency=office.name)
    due = deadline(clock.today(), 10, calendar.load()).due
    assert re.fullmatch(r"PH(-[0-9A-Z]{4}){3}", told["code"])
    assert date.fromisoformat(told["due"]) == due
    assert told["explain"]["start"] == clock.today().isoformat()
    found = kept(told["code"])
    assert (found.state, found.handler_id) == ("received", office.id)
    assert told["secret"] not in found.secret_hash
    assert happened(found.code) == ["feedback.received"]


def test_the_log_has_no_word_of_the_sender(office: Office):
    told = make.send(name="Lò Thị Hoa", email="hoa@thu.example")
    (event,) = model.Session.scalars(
        sa.select(Event).where(Event.object_id == told["code"])
    )
    said = f"{event.data}{event.persons}"
    for word in ("Hoa", "hoa@", "ba xã", told["secret"]):
        assert word not in said


def test_without_a_proof_the_clock_waits_for_the_address(app: Any):
    told = make.send_by_mail()
    assert (told["due"], told["state"]) == (None, "unconfirmed")
    assert happened(told["code"]) == []
    (link,) = make.links()
    opened = app.get(link)
    assert kept(told["code"]).state == "unconfirmed", "a mail scanner confirms nothing"
    app.post(link, data={"form_token": make.token_in(opened.body)})
    found = kept(told["code"])
    assert (found.state, found.due) == (
        "received",
        deadline(clock.today(), 10, calendar.load()).due,
    )
    assert happened(found.code) == ["feedback.received", "feedback.confirmed"]


def test_without_proof_and_address_nothing_is_taken():
    with pytest.raises(tk.ValidationError) as error:
        make.send(altcha="")
    assert "email" in error.value.error_dict


def test_a_forged_link_confirms_nothing(app: Any):
    told = make.send_by_mail()
    (link,) = make.links()
    token = make.token_in(app.get(link).body)
    forged = link[:-4] + ("0000" if not link.endswith("0000") else "1111")
    assert app.post(forged, data={"form_token": token}, status=404)
    assert kept(told["code"]).state == "unconfirmed"


def test_it_goes_to_the_agency_of_its_object(center: Any, office: Office):
    entry = catalogue.entry_in_force(lead_agency=office.name)
    assert kept(make.send(entry=entry["code"])["code"]).handler_id == office.id
    assert kept(make.send()["code"]).handler_id == center["id"]


def test_proposals_about_the_regulation_go_to_the_operating_office(
    center: Any, office: Office
):
    """Article 12.4."""
    told = make.send(kind="regulation_proposal", agency=office.name)
    found = kept(told["code"])
    assert (found.handler_id, found.about_agency_id) == (center["id"], office.id)


def test_the_receipt_page_says_when_the_answer_is_due(app: Any, center: Any):
    page = app.get("/feedback/new").body
    answer = app.post(
        "/feedback/new",
        data={
            **make.TEXT,
            "form_token": make.token_in(page),
            "altcha": make.solved(app.get("/feedback/challenge").json),
            "publish_text": "yes",
        },
        follow_redirects=False,
    )
    assert answer.status_code == 302, answer.body
    address = answer.headers["Location"]
    receipt = app.get(re.sub(r"^https?://[^/]+", "", address))
    due = deadline(clock.today(), 10, calendar.load()).due
    assert f"{due:%d/%m/%Y}" in receipt.body
    assert receipt.headers["Referrer-Policy"] == "no-referrer"
    assert receipt.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in receipt.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
    assert "Set-Cookie" not in receipt.headers
