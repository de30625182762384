"""Article 7.2: data outside the catalogue comes by a request and a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.catalogue.requests.model import EntryRequest
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.mail import OutboxMail
from tests.factories import catalogue as make
from tests.factories.approval import appoint

if TYPE_CHECKING:
    from tests.catalogue.conftest import People

EVERYBODY = (
    "operator", "leader", "auditor", "officer", "agency_leader", "sysadmin", "stranger",
)  # fmt: skip
STEPS = {
    "sonla_entry_request_create": ("officer", "agency_leader", "operator", "leader"),
    "sonla_entry_request_update": ("officer", "agency_leader"),
    "sonla_entry_request_submit": ("agency_leader",),
    "sonla_entry_request_accept": ("operator",),
    "sonla_entry_request_decline": ("operator",),
}


@pytest.fixture
def asked(people: People, line: dict[str, Any]) -> dict[str, Any]:
    """A request that the officer has drafted."""
    make.entry_in_force(**line)
    return people.call(
        "officer", "sonla_entry_request_create", title="Danh sách nhà thuốc",
        reason="Người dân hỏi nhiều", domain="y-te",
    )  # fmt: skip


@pytest.fixture
def sent(people: People, asked: dict[str, Any]) -> dict[str, Any]:
    """A request that the agency's leader has sent."""
    return people.call("agency_leader", "sonla_entry_request_submit", id=asked["id"])


def test_each_step_is_for_its_role_only(people: People, asked: dict[str, Any]) -> None:
    for action, allowed in STEPS.items():
        about = {} if action.endswith("_create") else {"id": asked["id"]}
        for who in EVERYBODY:
            context: Any = {"user": getattr(people, who), "ignore_auth": False}
            if who in allowed:
                assert tk.check_access(action, context, about), (action, who)
            else:
                with pytest.raises(tk.NotAuthorized):
                    tk.check_access(action, context, about)


def test_a_request_ends_in_an_edition_and_its_decision(
    people: People, sent: dict[str, Any]
) -> None:
    edition = people.call("operator", "sonla_edition_create", kind="amending")
    accept = {"id": sent["id"], "edition_id": edition["id"]}
    with pytest.raises(tk.ValidationError, match="update_cycle"):
        people.call("operator", "sonla_entry_request_accept", **accept)
    shown = people.call("operator", "sonla_entry_request_show", id=sent["id"])
    assert shown["state"] == "submitted", "a refused step leaves nothing behind"
    told = people.call(
        "operator", "sonla_entry_request_accept", **accept, update_cycle="yearly"
    )
    assert (told["state"], told["entry_code"]) == ("accepted", "DL-0001")
    assert told["entry_state"] is None
    people.call("operator", "sonla_edition_submit", id=edition["id"])
    people.call(
        "leader", "sonla_edition_approve", id=edition["id"],
        decision_number="9/QĐ-UBND", decision_date=clock.today().isoformat(),
    )  # fmt: skip
    entry = people.call(None, "sonla_entry_show", code="DL-0001")
    assert entry["title"] == "Danh sách nhà thuốc"
    assert entry["lead_agency"] == "so-y-te"
    shown = people.call("officer", "sonla_entry_request_show", id=sent["id"])
    assert shown["entry_state"] == "in_force"
    assert _mails("entry_request.accepted") == 2


def test_the_operator_declines_with_a_reason(
    people: People, sent: dict[str, Any]
) -> None:
    assert _mails("entry_request.submitted") == 1
    for comment in ("", "  "):
        with pytest.raises(tk.ValidationError):
            people.call(
                "operator", "sonla_entry_request_decline", id=sent["id"],
                comment=comment,
            )  # fmt: skip
    told = people.call(
        "operator", "sonla_entry_request_decline", id=sent["id"],
        comment="Đã có trong mục YT-01",
    )  # fmt: skip
    assert (told["state"], told["comment"]) == ("declined", "Đã có trong mục YT-01")
    with pytest.raises(tk.ValidationError, match="cannot be done now"):
        people.call("agency_leader", "sonla_entry_request_submit", id=sent["id"])


def test_a_draft_is_the_agencys_own_affair(
    people: People, asked: dict[str, Any]
) -> None:
    other = appoint(make.agency(name="so-noi-vu")["id"], "officer")
    for user in (people.operator, people.stranger, other, ""):
        with pytest.raises(tk.NotAuthorized):
            tk.get_action("sonla_entry_request_show")(
                {"user": user, "ignore_auth": False}, {"id": asked["id"]}
            )
    assert people.call("operator", "sonla_entry_request_list")["count"] == 0
    assert people.call("officer", "sonla_entry_request_list")["count"] == 1
    told = people.call(
        "officer", "sonla_entry_request_update", id=asked["id"], title="Nhà thuốc",
        reason="Khác",
    )  # fmt: skip
    assert (told["title"], told["fields"]) == ("Nhà thuốc", {"lead_agency": "so-y-te"})
    people.call("agency_leader", "sonla_entry_request_submit", id=asked["id"])
    listed = people.call("operator", "sonla_entry_request_list", state="submitted")
    assert [one["id"] for one in listed["results"]] == [asked["id"]]
    with pytest.raises(tk.ValidationError, match="has been sent"):
        people.call(
            "officer", "sonla_entry_request_update", id=asked["id"], title="A",
            reason="B",
        )  # fmt: skip


def test_who_asked_does_not_decide(people: People, sent: dict[str, Any]) -> None:
    """Also with authorization set aside, and also in the database."""
    context: Any = {"user": people.agency_leader, "ignore_auth": True}
    with pytest.raises(tk.NotAuthorized):
        tk.get_action("sonla_entry_request_decline")(
            context, {"id": sent["id"], "comment": "Không"}
        )
    update = sa.update(EntryRequest).where(EntryRequest.id == sent["id"])
    with pytest.raises(DBAPIError, match="four_eyes"):
        model.Session.execute(
            update.values(state="accepted", decided_by=people.id_of("agency_leader"))
        )
    model.Session.rollback()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"title": "", "reason": "x"}, "title"),
        ({"title": "A", "reason": " "}, "reason"),
        ({"title": "A", "reason": "x", "domain": "khong-co"}, "domain"),
        ({"title": "A", "reason": "x", "priority": 7}, "priority"),
        ({"title": "A" * 600, "reason": "x"}, "title"),
    ],
)
def test_a_bad_request_names_its_field(
    people: People, data: dict[str, Any], field: str
) -> None:
    with pytest.raises(tk.ValidationError) as refused:
        people.call("officer", "sonla_entry_request_create", **data)
    assert set(refused.value.error_dict) == {field}
    assert people.call("officer", "sonla_entry_request_list")["count"] == 0


def _mails(event: str) -> int:
    return model.Session.query(OutboxMail).filter_by(event=event).count()
