"""Loads that were killed, forgotten or come too late."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.intake import loads, states
from tests.factories import approval, catalogue

from .test_loads import GOOD, SCHEMA, load_of, put, rules_found, shown

if TYPE_CHECKING:
    from tests.factories.approval import Office

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


@pytest.fixture
def office() -> Office:
    """An agency with an officer and a leader."""
    return approval.office()


@pytest.fixture
def package_id(office: Office) -> str:
    """A draft without files, whose entry asks for the table of stations."""
    entry = catalogue.entry_in_force(
        lead_agency=office.name,
        update_cycle="once",
        content_kind="table",
        tables=[{"name": "tram", "title": "Trạm", "schema": SCHEMA}],
    )
    revision = approval.draft(office, catalogue_entry=entry["code"], file=None)
    return revision["package_id"]


def test_a_killed_load_waits_again_and_gives_up_in_the_end(office, package_id):
    resource = put(office, package_id, GOOD)
    for _ in range(loads.CRASHES):
        # As a killed process leaves it: claimed, and no lock held.
        load_of(resource["id"]).state = states.RUNNING
        model.Session.commit()
        loads.catch_up(300)
    assert shown(office, resource["id"])["state"] == "failed"
    approval.act(office.officer, "sonla_load_retry", resource_id=resource["id"])
    with pytest.raises(tk.ValidationError):
        approval.act(office.officer, "sonla_load_retry", resource_id=resource["id"])
    loads.run(resource["id"])
    assert shown(office, resource["id"])["state"] == "done"


def test_a_load_that_runs_is_left_alone_by_the_scheduler(office, package_id):
    resource = put(office, package_id, GOOD)
    load_of(resource["id"]).state = states.RUNNING
    model.Session.commit()
    with loads._alone(resource["id"]):
        assert loads.catch_up(300) == []
    assert shown(office, resource["id"])["state"] == "running"


def test_a_forgotten_load_is_queued_again(office, package_id):
    resource = put(office, package_id, GOOD)
    assert loads.catch_up(0) == [resource["id"]]
    assert loads.catch_up(300) == []


def test_a_revision_is_not_submitted_while_a_file_waits(office, package_id):
    put(office, package_id, GOOD)
    assert "load.open" in rules_found(package_id)


def test_a_load_after_the_submission_changes_nothing(office, package_id):
    resource = put(office, package_id, GOOD)
    loads.run(resource["id"])
    revision = approval.act(
        office.officer, "sonla_revision_list", dataset_id=package_id
    )["results"][0]
    approval.submit(office, revision)
    load = load_of(resource["id"])
    load.wait_again()
    load.rules = None
    model.Session.commit()
    loads.run(resource["id"])
    late = shown(office, resource["id"])
    assert late["state"] == "failed"
    assert "submitted" in late["message"]
    found = approval.act(office.officer, "datastore_search", resource_id=resource["id"])
    assert found["total"] == 2
