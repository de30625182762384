"""What needs a reason is submitted with one; a finding leads to its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.factories import approval as make

from .finding import findings, table_of, upload

if TYPE_CHECKING:
    from tests.factories.approval import Office

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


@pytest.fixture
def doubled() -> tuple[Office, dict[str, Any]]:
    """A draft with a row that stands twice: it needs a reason."""
    office = make.office()
    revision = make.draft(office, file=None)
    upload(office, revision["package_id"], table_of("ma,ten", "1,A", "2,B", "2,B"))
    return office, revision


def test_what_needs_a_reason_is_submitted_with_one_and_the_leader_reads_it(doubled):
    office, revision = doubled
    submit = {"user": office.officer, "action": "sonla_revision_submit"}
    refused = make.refusal(**submit, id=revision["id"])
    (missing,) = refused["missing"]
    assert missing["key"] in [one["key"] for one in refused["findings"]]
    for nothing in ({"other": "Vì thế"}, {missing["key"]: "  "}):
        assert make.refusal(**submit, id=revision["id"], reasons=nothing)["missing"]
    make.submit(office, revision, reasons={missing["key"]: "Hai trường cùng tên."})
    seen = make.act(office.leader, "sonla_revision_show", id=revision["id"])
    (finding,) = [one for one in seen["findings"] if one["key"] == missing["key"]]
    assert finding["reason"] == "Hai trường cùng tên."
    assert finding["severity"] == "needs_reason"


def test_a_reason_speaks_of_exactly_what_was_found(doubled):
    office, revision = doubled
    (before,) = findings(office, revision, "row.duplicate")
    resource = make.show(revision["package_id"])["resources"][0]["id"]
    text = table_of("ma,ten", "1,A", "1,A", "2,B", "2,B")
    upload(office, revision["package_id"], text, id=resource)
    (after,) = findings(office, revision, "row.duplicate")
    assert before["key"] != after["key"]


@pytest.mark.parametrize("wrong", ["text", {"k": 1}, {"k": "x" * 2001}])
def test_reasons_are_texts(doubled, wrong):
    office, revision = doubled
    refused = make.refusal(
        office.officer, "sonla_revision_submit", id=revision["id"], reasons=wrong
    )
    assert list(refused) == ["reasons"]


def test_the_page_has_a_box_for_each_reason(doubled, app):
    office, revision = doubled
    from tests.factories import portal

    officer, address = portal.log_in(office.officer), f"/en/revision/{revision['id']}"
    page = app.get(address, headers=officer).body
    (finding,) = findings(office, revision, "row.duplicate")
    assert f'name="reason-{finding["key"]}"' in page
    submit = f"{address}/submit"
    app.post(submit, headers=officer, data={}, status=409)
    reason = {f"reason-{finding['key']}": "Hai trường cùng tên"}
    app.post(submit, headers=officer, data=reason)
    review = app.get(address, headers=portal.log_in(office.leader))
    assert "Hai trường cùng tên" in review.body


def test_a_finding_leads_to_its_place(doubled):
    office, revision = doubled
    (finding,) = findings(office, revision, "row.duplicate")
    package = make.show(revision["package_id"])
    resource = package["resources"][0]["id"]
    assert finding["link"] == (
        f"/dataset/{package['name']}/resource/{resource}?offset=0"
    )
