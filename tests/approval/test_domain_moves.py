# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""An edition moves an entry to another domain: published datasets follow it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from freezegun import freeze_time

from ckan import model
from ckanext.sonla.approval.integrity import check as integrity
from ckanext.sonla.approval.lifecycle.model import DomainMove
from ckanext.sonla.catalogue import editions, moving, states, tasks
from ckanext.sonla.shared import clock
from tests.factories import approval as make
from tests.factories import catalogue

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


@pytest.fixture
def office():
    return make.office(title="Sở Y tế")


@pytest.fixture
def entry(office):
    domain = catalogue.domain(name="y-te", title="Y tế")["name"]
    catalogue.domain(name="an-sinh", title="An sinh xã hội")
    return catalogue.entry_in_force(
        code="YT-01", lead_agency=office.name, domain=domain, update_cycle="once"
    )


def amend(starts: Any = None, reason: str = "", **fields: Any) -> None:
    """Amend the entry by an edition that is decided today."""
    edition = editions.create_edition("amending", "factory-operator")
    editions.update_entry(edition, "YT-01", fields, "factory-operator")
    states.Submit().run(edition, "factory-operator")
    states.Approve().run(
        edition, "factory-leader", decision_number="9/QĐ-UBND",
        decision_date=clock.today(), effective_date=starts,
        impact_reason=reason,
    )  # fmt: skip
    model.Session.commit()


def domains_of(package_id: str) -> list[str]:
    shown = make.act(None, "package_show", id=package_id)
    return [one["name"] for one in shown["groups"]]


def moves() -> list[dict[str, Any]]:
    return make.act(None, "sonla_event_list", name="dataset.domain_changed")["results"]


def test_a_published_dataset_follows_its_entry_and_the_public_reads_why(
    app, office, entry
):
    dataset = make.published(office, catalogue_entry="YT-01")["dataset_id"]
    amend(domain="an-sinh")
    for _ in range(2):
        tasks.turn_editions()
    assert domains_of(dataset) == ["an-sinh"]
    theme = make.act(None, "package_show", id=dataset)["theme"]
    assert theme[0].endswith("/group/an-sinh")
    found = make.act(None, "package_search", fq="groups:an-sinh")
    assert [one["id"] for one in found["results"]] == [dataset]
    (event,) = moves()
    assert (event["object_id"], event["role"]) == (dataset, None)
    told = event["data"]
    assert (told["before"], told["after"]) == (["y-te"], "an-sinh")
    assert told["decision"]["number"] == "9/QĐ-UBND"
    assert model.Session.query(DomainMove).count() == 1
    assert list(integrity.check()) == []
    name = model.Package.get(dataset).name
    page = app.get(f"/dataset/{name}/history").body
    assert "Moved to the domain An sinh xã hội by Decision No. 9/QĐ-UBND" in page


def test_it_follows_on_the_editions_day_and_not_before(office, entry):
    dataset = make.published(office, catalogue_entry="YT-01")["dataset_id"]
    amend(clock.today() + timedelta(days=5), domain="an-sinh")
    tasks.turn_editions()
    assert (domains_of(dataset), moves()) == (["y-te"], [])
    with freeze_time(clock.now() + timedelta(days=6)):
        assert moving.follow() == 0, "the edition begins first"
        tasks.turn_editions()
        assert domains_of(dataset) == ["an-sinh"]


def test_what_waits_for_its_leader_stays_until_she_has_returned_it(office, entry):
    waiting = make.submit(office, make.draft(office, catalogue_entry="YT-01"))
    amend(domain="an-sinh")
    for _ in range(2):
        tasks.turn_editions()
    shown = make.show(waiting["dataset_id"])["groups"]
    assert [one["name"] for one in shown] == ["y-te"], "she approves what she reads"
    make.act(
        office.leader, "sonla_revision_return", id=waiting["id"], comment="Quy tắc mới"
    )
    tasks.turn_editions()
    make.approve(office, make.submit(office, waiting))
    assert domains_of(waiting["dataset_id"]) == ["an-sinh"]
    assert list(integrity.check()) == []


def test_a_draft_follows_without_an_event(office, entry):
    draft = make.draft(office, catalogue_entry="YT-01")
    amend(domain="an-sinh")
    tasks.turn_editions()
    shown = make.show(draft["dataset_id"])["groups"]
    assert [one["name"] for one in shown] == ["an-sinh"]
    assert moves() == []


def test_a_domain_that_nobody_decided_on_is_found(office, entry, superuser):
    dataset = make.published(office, catalogue_entry="YT-01")["dataset_id"]
    model.Session.close()
    with superuser.begin() as connection:
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        connection.execute(
            sa.text(
                'UPDATE member SET group_id = (SELECT id FROM "group" WHERE name ='
                " 'an-sinh') WHERE table_id = :id AND capacity = 'public'"
            ),
            {"id": dataset},
        )
    (found,) = integrity.check()
    assert found.field == "domains"


def test_an_entry_that_names_other_providers_marks_what_is_published(
    app, office, entry
):
    dataset = make.published(office, catalogue_entry="YT-01")["dataset_id"]
    name = model.Package.get(dataset).name
    sentence = "no longer names its agency as a provider"
    assert sentence not in app.get(f"/dataset/{name}").body
    catalogue.agency(name="so-noi-vu")
    amend(providers={"kind": "list", "agencies": ["so-noi-vu"]}, reason="x")
    assert sentence in app.get(f"/dataset/{name}").body
