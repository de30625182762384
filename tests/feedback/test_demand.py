"""Requests to publish are demand, and what was mended is told (articles 7.2, 7.3)."""

from __future__ import annotations

from typing import Any

import pytest

from ckanext.sonla.feedback.reading.demand import Requests
from tests.factories import agencies, approval, catalogue, portal
from tests.factories import feedback as make

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


def test_a_request_and_its_supporters_count_for_its_entry_and_its_title():
    agency = catalogue.agency()["id"]
    wanted: dict[str, Any] = {"kind": "publish_request"}
    make.received(agency, entry_code="GD-01", supports=4, **wanted)
    make.received(agency, entry_code="GD-01", moderation="held", **wanted)
    make.received(agency, entry_code="GD-01", kind="quality")
    make.received(agency, subject="Giá đất các xã", supports=1, **wanted)
    assert Requests().of_entries(["GD-01", "GD-02"]) == {"GD-01": 5}
    assert Requests().of_texts(["GIA DAT CAC XA", "Giá đất"]) == {"GIA DAT CAC XA": 2}


def test_the_operator_makes_a_request_to_publish_into_one_for_an_entry(app: Any):
    staff = agencies.staff()
    asked = make.received(
        catalogue.agency()["id"], kind="publish_request", subject="Giá đất 0987654321"
    )
    address = f"/feedback/{asked.code}/entry-request"
    operator = portal.log_in(staff["operator"])
    assert "entry-request" in app.get(f"/feedback/{asked.code}", headers=operator).text
    assert app.post(address, status=403)
    app.post(address, headers=operator, follow_redirects=False, status=302)
    [drafted] = approval.act(staff["operator"], "sonla_entry_request_list")["results"]
    assert drafted["title"] == "Giá đất [***]"
    # Each leads to the other.
    request = f"/catalogue/request/{drafted['id']}"
    assert f"/feedback/{asked.code}" in drafted["reason"]
    assert f'/feedback/{asked.code}"' in app.get(request, headers=operator).text
    handled = app.get(f"/feedback/{asked.code}/handle", headers=operator).text
    assert f'href="{request}"' in handled
    other = make.received(catalogue.agency()["id"])
    app.post(f"/feedback/{other.code}/entry-request", headers=operator, status=409)


def test_a_dataset_says_what_was_mended_because_of_feedback(app: Any):
    office = approval.office()
    revision = approval.published(office)
    dataset_id = revision["dataset_id"]
    make.received(office.id, dataset_id=dataset_id)
    told = make.answered(
        office.id, dataset_id=dataset_id, name="Nguyễn Văn An", revision=revision["id"]
    )
    page = app.get(f"/dataset/{dataset_id}").text
    assert f"/feedback/{told.code}" in page
    assert "/history/1" in page.split('id="dataset-feedback"')[1]
    assert "Nguyễn" not in page
    assert "1 open item about this dataset" in page
    shown = app.get(f"/feedback/{told.code}").text
    assert "/history/1" in shown
    assert app.get("/dataset/?q=khongcogi").text.count("/feedback/new") >= 1
