"""Each step is for its role, and drafts are for insiders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.catalogue.model import Edition
from ckanext.sonla.shared import clock

from .deciding import decision, submitted

if TYPE_CHECKING:
    from tests.catalogue.conftest import People

EVERYBODY = (
    "operator",
    "leader",
    "auditor",
    "officer",
    "agency_leader",
    "sysadmin",
    "stranger",
    None,
)
# Who may call what; everybody else is refused.
WRITERS = {
    "sonla_edition_create": ("operator",),
    "sonla_entry_create": ("operator",),
    "sonla_entry_update": ("operator",),
    "sonla_entry_retire": ("operator",),
    "sonla_edition_import": ("operator",),
    "sonla_edition_import_show": ("operator",),
    "sonla_edition_import_confirm": ("operator",),
    "sonla_edition_submit": ("operator",),
    "sonla_edition_rebase": ("operator",),
    "sonla_edition_approve": ("leader",),
    "sonla_edition_reject": ("leader",),
}


def test_each_step_is_for_its_role_only(people: People) -> None:
    """The technical account is no operator: it is refused as well."""
    for action, allowed in WRITERS.items():
        for who in EVERYBODY:
            name = getattr(people, who) if who else ""
            context: Any = {"user": name, "ignore_auth": False}
            if who in allowed:
                assert tk.check_access(action, context, {})
            else:
                with pytest.raises(tk.NotAuthorized):
                    tk.check_access(action, context, {})


def test_strangers_learn_nothing_of_drafts(
    people: People, edition: dict[str, Any], line: dict[str, Any]
) -> None:
    people.call("operator", "sonla_entry_create", edition_id=edition["id"], **line)
    for who in ("officer", "stranger", None):
        assert people.call(who, "sonla_edition_list")["count"] == 0
        for action, data in (
            ("sonla_edition_show", {"id": edition["id"]}),
            ("sonla_entry_list", {"edition": edition["id"]}),
            ("sonla_entry_show", {"code": "YT-01", "edition": edition["id"]}),
        ):
            with pytest.raises(tk.NotAuthorized):
                people.call(who, action, **data)
    for who in ("operator", "leader", "auditor", "sysadmin"):
        assert people.call(who, "sonla_edition_list")["count"] == 1


def test_who_wrote_an_edition_never_decides_on_it(
    people: People, line: dict[str, Any]
) -> None:
    """Also with authorization set aside, and also in the database."""
    edition = submitted(people, line)
    action = tk.get_action("sonla_edition_approve")
    with pytest.raises(tk.NotAuthorized):
        action(
            {"user": people.operator, "ignore_auth": True},
            {"id": edition["id"], **decision()},
        )
    writer = people.id_of("operator")
    with pytest.raises(DBAPIError, match="four_eyes"):
        model.Session.execute(
            sa.update(Edition)
            .where(Edition.id == edition["id"])
            .values(
                state="in_force",
                decided_by=writer,
                decision_number="1",
                decision_date=clock.today(),
                effective_date=clock.today(),
            )
        )
    model.Session.rollback()


def test_every_step_is_an_event_and_names_no_person(
    people: People, line: dict[str, Any]
) -> None:
    edition = submitted(people, line)
    people.call("leader", "sonla_edition_approve", id=edition["id"], **decision())
    public = people.call(None, "sonla_event_list", object_id=edition["id"])["results"]
    assert [one["name"] for one in public] == ["edition.in_force"]
    assert public[0]["data"]["decision_number"] == "782/QĐ-UBND"
    assert "actor" not in public[0]
    inside = people.call("auditor", "sonla_event_list", object_id=edition["id"])
    assert [one["name"] for one in inside["results"]] == [
        "edition.in_force",
        "edition.submitted",
        "edition.created",
    ]
