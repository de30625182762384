"""What voids a leader's standing approval: any change of what she approved."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.common import config as portal
from ckanext.sonla.harvesting import tasks
from tests.factories import agencies as make
from tests.factories import catalogue

from .conftest import OWNED
from .standing import FIELDS, Approvable, approvable, logged, new_rules, standing


@pytest.fixture
def ready(clean_db: None, with_plugins: None) -> Approvable:
    return approvable()


CHANGES: dict[str, dict[str, Any]] = {
    "url": {"url": "http://127.0.0.1:8001/khac"},
    "owner": {"config": {"owner": "Sở Xây dựng"}},
    "contact": {"config": {"contact": "0212 1"}},
    "fields": {"config": {"fields": {**FIELDS, "ten": "title"}}},
    "configuration": {"config": {"records": "data"}},
    "limits": {"config": {"approval": {"bad_rows": 50}}},
}


def test_a_change_of_the_source_voids_its_approval(ready: Approvable):
    base = {**OWNED, "dataset": ready.dataset["name"], "fields": FIELDS}
    for what, change in CHANGES.items():
        assert ready.approve()["state"] == "approved"
        values = dict(change)
        if "config" in values:
            base |= values["config"]
            values["config"] = json.dumps(base)
        ready.edit(**values)
        assert standing(ready) is None
        shown = ready.show()
        assert (shown["state"], what in shown["why"]) == ("void", True)
        assert shown["voided"]
        assert what in logged("harvest.approval_voided")[-1].data["why"]
    assert len(logged("harvest.approved")) == len(CHANGES)


def test_what_is_no_part_of_the_terms_voids_nothing(ready: Approvable):
    ready.approve()
    ready.edit(title="Tên khác", notes="Ghi chú.")
    assert standing(ready) is not None


def test_new_rules_of_the_table_void_the_approval(ready: Approvable):
    ready.approve()
    rules = catalogue.STATIONS
    fewer = {**rules, "fields": rules["fields"][:3]}
    new_rules(ready.entry, fewer)
    assert ready.show()["why"] == ["schema"]
    assert standing(ready) is None
    assert logged("harvest.approval_voided")


def test_another_policy_voids_what_it_was_approved_by(
    ready: Approvable, monkeypatch: Any
):
    ready.approve()
    monkeypatch.setitem(portal, "sonla.policy.harvest_bad_rows", 5)
    assert standing(ready) is None
    tasks.void_approvals()
    assert ready.show()["why"] == ["limits"]


def test_another_leader_voids_the_approval_of_the_one_before(ready: Approvable):
    ready.approve()
    leader = model.User.get(ready.office.leader)
    assert leader
    make.by_decision()
    member = model.Session.query(model.Member).filter_by(table_id=leader.id).one()
    member.state = "deleted"
    model.Session.commit()
    assert standing(ready) is None
    tasks.void_approvals()
    (event,) = logged("harvest.approval_voided")
    assert event.data["why"] == ["leader"]


def test_a_source_that_is_gone_has_no_approval(ready: Approvable):
    ready.approve()
    context: Any = {"user": ready.office.officer, "ignore_auth": True}
    tk.get_action("harvest_source_delete")(context, {"id": ready.source["id"]})
    assert standing(ready) is None
    tasks.void_approvals()
    (event,) = logged("harvest.approval_voided")
    assert event.data["why"] == ["gone"]


def test_what_was_changed_past_every_action_counts_no_longer(ready: Approvable):
    ready.approve()
    model.Session.execute(sa.text("UPDATE harvest_source SET url = 'http://x.example'"))
    model.Session.commit()
    assert standing(ready) is None
