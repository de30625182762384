"""What an amended entry changes of published data at once, and what is approved.

The cycle says what is owed and is the catalogue's; the licence (article 10) is content.
"""

from __future__ import annotations

from typing import Any

import pytest

from ckan import model
from ckanext.sonla.approval.integrity import check as integrity
from ckanext.sonla.catalogue import editions, states, tasks
from ckanext.sonla.shared import clock
from tests.factories import approval as make
from tests.factories import catalogue

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")

OTHER = "cc-by"


@pytest.fixture
def office() -> make.Office:
    """An agency with an entry in force."""
    made = make.office()
    catalogue.entry_in_force(
        code="YT-01", lead_agency=made.name, update_cycle="once", licence="cc-zero"
    )
    return made


def _amend(**fields: Any) -> None:
    edition = editions.create_edition("amending", "factory-operator")
    editions.update_entry(edition, "YT-01", fields, "factory-operator")
    states.Submit().run(edition, "factory-operator")
    states.Approve().run(
        edition,
        "factory-leader",
        decision_number="9/QĐ-UBND",
        decision_date=clock.today(),
    )
    model.Session.commit()
    tasks.turn_editions()


def _shown(dataset_id: str, field: str) -> Any:
    return make.act(None, "package_show", id=dataset_id)[field]


def test_the_cycle_is_the_entrys_from_the_editions_day(office: make.Office) -> None:
    dataset = make.published(office, catalogue_entry="YT-01")["dataset_id"]
    before = _shown(dataset, "frequency")
    _amend(update_cycle="quarterly")
    assert _shown(dataset, "update_cycle") == "quarterly"
    assert _shown(dataset, "frequency") not in ("", before)
    assert list(integrity.check()) == []


def test_a_licence_reaches_readers_with_the_next_approved_version_only(
    office: make.Office,
) -> None:
    dataset = make.published(office, catalogue_entry="YT-01")["dataset_id"]
    update = make.act(office.officer, "sonla_revision_open", dataset_id=dataset)
    sent = make.submit(office, update)
    _amend(licence=OTHER)
    assert _shown(dataset, "license_id") == "cc-zero"
    make.approve(office, sent)
    assert _shown(dataset, "license_id") == "cc-zero", "as the leader read it"
    assert list(integrity.check()) == []

    update = make.act(office.officer, "sonla_revision_open", dataset_id=dataset)
    make.approve(office, make.submit(office, update))
    assert _shown(dataset, "license_id") == OTHER
    assert list(integrity.check()) == []


def test_what_waited_from_before_is_published_under_the_licence_it_was_approved_with(
    office: make.Office,
) -> None:
    sent = make.submit(office, make.draft(office, catalogue_entry="YT-01"))
    _amend(licence=OTHER)
    dataset = make.approve(office, sent)["dataset_id"]
    assert _shown(dataset, "license_id") == "cc-zero"
    assert list(integrity.check()) == []
