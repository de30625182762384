"""A run inside a standing approval publishes by itself; every other goes to the leader.

Invariant 1: the approval covers the rows of one table, nothing else. Invariant 2: who
decided is the leader who gave it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests import factories
from ckanext.sonla.harvesting.runs.model import HarvestRun
from ckanext.sonla.harvesting.standing import deciding
from ckanext.sonla.harvesting.standing.model import HarvestApproval
from ckanext.sonla.shared import events
from tests.factories import agencies as make
from tests.factories import approval, catalogue

from .conftest import OWNED, make_source
from .standing import FIELDS, Approvable

HEAD = "ma,ten,so_luong,ngay\n"
ROWS = "".join(f"AB{n:03},Trạm {n},{n},2026-01-01\n" for n in range(1, 11))


@dataclass(frozen=True)
class Running:
    """A published dataset with a table, and an approved source of its rows."""

    ready: Approvable
    resource: str

    def submitted(self, rows: str = ROWS, **values: Any) -> dict[str, Any]:
        """Submit other rows, as a run does in the officer's name."""
        office = self.ready.office
        revision = approval.act(
            office.officer, "sonla_revision_open", dataset_id=self.ready.dataset["id"]
        )
        package = approval.show(revision["package_id"])
        (resource,) = package["resources"]
        left = ("package_id", "url", "mimetype", "size", "sha256", "hash")
        kept = {key: one for key, one in resource.items() if key not in left}
        approval.upload(
            office,
            package["id"],
            (HEAD + rows).encode(),
            **{**kept, "url": "may.csv", "filename": "may.csv"},
        )
        if values:
            approval.act(office.officer, "package_patch", id=package["id"], **values)
        return approval.submit(office, revision)

    def run(self, revision: dict[str, Any], **values: Any) -> str:
        """Return the id of a run that brought a revision."""
        run = HarvestRun(
            **{
                "source_id": self.ready.source["id"],
                "agency_id": self.ready.office.id,
                "dataset_id": self.ready.dataset["id"],
                "revision_id": revision["id"],
                "table_name": "tram",
                "state": "ended",
                "read": 10,
                "rows_before": 10,
                "rows_after": 10,
                **values,
            }
        )
        model.Session.add(run)
        model.Session.commit()
        return run.id

    def state(self, revision: dict[str, Any]) -> dict[str, Any]:
        """Return a revision as the leader sees it."""
        leader = self.ready.office.leader
        return approval.act(leader, "sonla_revision_show", id=revision["id"])


@pytest.fixture
def running(clean_db: None, with_plugins: None) -> Running:
    office = approval.office()
    entry = catalogue.one_table_entry(lead_agency=office.name, update_cycle="once")
    first = approval.draft(office, catalogue_entry=entry["code"], file=None)
    approval.upload(
        office,
        first["package_id"],
        (HEAD + ROWS).encode(),
        name="Trạm",
        format="CSV",
        filename="tram.csv",
    )
    approval.approve(office, approval.submit(office, first))
    dataset = approval.show(first["dataset_id"])
    source = make_source(
        office.officer,
        name=factories.Dataset.stub().name,
        owner_org=office.id,
        config={**OWNED, "dataset": dataset["name"], "fields": FIELDS},
    )
    ready = Approvable(office, entry, dataset, source)
    ready.approve()
    return Running(ready, dataset["resources"][0]["id"])


def kept(run_id: str) -> HarvestRun:
    found = HarvestRun.get(run_id)
    assert found is not None
    return found


def codes(found: list[dict[str, Any]]) -> list[str]:
    return [one["code"] for one in found]


def test_a_run_inside_the_limits_publishes_and_the_log_says_under_what(
    running: Running,
):
    revision = running.submitted(ROWS.replace("Trạm 3", "Trạm ba"))
    run = running.run(revision)
    assert deciding.decide(run, revision) == []
    shown = running.state(revision)
    assert shown["state"] == "published"
    assert shown["decided_by"] == running.ready.office.leader
    assert shown["submitted_by"] == running.ready.office.officer
    assert approval.rows(None, running.resource)[2]["ten"] == "Trạm ba"
    given = running.ready.show()
    found = sa.select(events.Event).where(
        events.Event.name.in_(["revision.approved", "revision.approved_standing"]),
        events.Event.data["revision"].astext == revision["id"],
    )
    told = list(model.Session.scalars(found))
    assert {one.name for one in told if one.public} == {"revision.approved_standing"}
    for event in told:
        assert event.data["standing_approval"] == kept(run).approval_id
        assert event.data["standing_digest"] == given["given_digest"]
    strangers = approval.act(
        None, "sonla_event_list", object_id=running.ready.dataset["id"]
    )
    text = json.dumps(strangers)
    assert "revision.approved_standing" in text
    assert running.ready.office.leader not in text


def test_a_run_outside_the_limits_waits_for_the_leader(running: Running):
    revision = running.submitted()
    (given,) = model.Session.scalars(sa.select(HarvestApproval.id))
    for values, code in (
        ({"read": 10, "quarantined": 1}, "bad_rows"),
        ({"rows_after": 7}, "fewer_rows"),
        ({"rows_after": 0}, "empty"),
        ({"rows_before": None}, "first"),
        ({"fields": {"missing": ["ten"]}}, "missing_columns"),
        ({"agency_id": "khac"}, "void"),
    ):
        run = running.run(revision, **values)
        found = deciding.decide(run, revision)
        assert code in codes(found)
        assert all(deciding.words(one) for one in found)
        row = kept(run)
        assert row.approval_id is None
        # Also who writes the approval into the ledger publishes nothing by it.
        row.approval_id = given
        model.Session.commit()
        asked = {"id": revision["id"], "digest": revision["digest"]}
        with pytest.raises(tk.NotAuthorized):
            tk.get_action("sonla_revision_approve_standing")(
                {"ignore_auth": True, "user": ""}, asked
            )
        model.Session.rollback()
        model.Session.delete(kept(run))
        model.Session.commit()
    assert running.state(revision)["state"] == "submitted"
    approval.approve(running.ready.office, revision)


def test_more_than_the_rows_is_never_covered(running: Running):
    revision = running.submitted(title="Tên khác")
    run = running.run(revision)
    assert codes(deciding.decide(run, revision)) == ["not_covered"]
    assert running.state(revision)["state"] == "submitted"
    assert kept(run).approval_id is None


def test_a_void_or_revoked_approval_covers_nothing(running: Running):
    revision = running.submitted()
    run = running.run(revision)
    running.ready.edit(url="http://127.0.0.1:8001/khac")
    assert codes(deciding.decide(run, revision)) == ["void"]
    running.ready.approve()
    source = {"source_id": running.ready.source["id"]}
    approval.act(running.ready.office.leader, "sonla_harvest_revoke", **source)
    assert codes(deciding.decide(run, revision)) == ["void"]
    assert running.state(revision)["state"] == "submitted"


def test_nobody_calls_it_and_another_digest_is_refused(running: Running):
    revision = running.submitted()
    asked = {"id": revision["id"], "digest": revision["digest"]}
    office = running.ready.office
    for user in (office.officer, office.leader, make.technical(), None):
        with pytest.raises(tk.NotAuthorized):
            approval.act(user, "sonla_revision_approve_standing", **asked)
    run = running.run(revision)
    found = deciding.decide(run, {**revision, "digest": "0" * 64})
    assert codes(found) == ["not_published"]
    assert running.state(revision)["state"] == "submitted"
