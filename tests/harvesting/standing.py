"""A source whose standing approval can be given, and its people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests import factories
from ckanext.sonla.catalogue import editions, states
from ckanext.sonla.harvesting.standing import voiding
from ckanext.sonla.shared import clock, events
from tests.factories import approval, catalogue

from .conftest import OWNED, make_source

if TYPE_CHECKING:
    from ckanext.sonla.harvesting.standing.model import HarvestApproval

FIELDS = {"ma": "id", "ten": "name", "so_luong": "count", "ngay": "day"}


@dataclass(frozen=True)
class Approvable:
    """A source that only its leader's approval is missing from."""

    office: approval.Office
    entry: dict[str, Any]
    dataset: dict[str, Any]
    source: dict[str, Any]

    def show(self, user: str | None = None) -> dict[str, Any]:
        """Return how the approval stands, as the leader sees it."""
        user = user or self.office.leader
        found = approval.act(user, "harvest_source_show", id=self.source["id"])
        return found["standing_approval"]

    def approve(self, **data: Any) -> dict[str, Any]:
        """Let the leader approve what stands there now."""
        data.setdefault("digest", self.show()["digest"])
        return approval.act(
            self.office.leader,
            "sonla_harvest_approve",
            source_id=self.source["id"],
            **data,
        )

    def edit(self, user: str | None = None, **values: Any) -> None:
        """Let the officer, or somebody else, change the source."""
        approval.act(
            user or self.office.officer,
            "harvest_source_patch",
            id=self.source["id"],
            **values,
        )


def approvable(**config: Any) -> Approvable:
    """Make an agency, an entry with a table, a drafted dataset and a source for it."""
    office = approval.office()
    entry = catalogue.one_table_entry(lead_agency=office.name, update_cycle="once")
    dataset = approval.act(
        office.officer,
        "package_create",
        name=factories.Dataset.stub().name,
        title="Trạm y tế",
        notes="Các trạm y tế.",
        owner_org=office.id,
        catalogue_entry=entry["code"],
    )
    source = make_source(
        office.officer,
        name=factories.Dataset.stub().name,
        owner_org=office.id,
        url=f"http://127.0.0.1:8001/{factories.fake.unique.random_int(1, 9999)}",
        config={**OWNED, "dataset": dataset["name"], "fields": FIELDS, **config},
    )
    return Approvable(office, entry, dataset, source)


def logged(name: str) -> list[events.Event]:
    """Return the events of a name, the oldest first."""
    found = sa.select(events.Event).where(events.Event.name == name)
    found = found.order_by(events.Event.seq)
    return list(model.Session.scalars(found))


def standing(ready: Approvable) -> HarvestApproval | None:
    """Return the approval that counts now."""
    model.Session.expire_all()
    return voiding.approved(ready.source["id"])


def new_rules(entry: dict[str, Any], schema: dict[str, Any]) -> None:
    """Let an edition give an entry's table other rules, in force from today."""
    tables = [{"name": "tram", "title": "Trạm y tế", "schema": schema}]
    edition = editions.create_edition("amending", "factory-operator")
    data = {"code": entry["code"], "tables": tables}
    tk.get_action("sonla_entry_update")(
        {"ignore_auth": True, "user": "factory-operator"},
        {"edition_id": edition.id, **data},
    )
    states.Submit().run(edition, "factory-operator")
    states.Approve().run(
        edition,
        "factory-leader",
        decision_number="783/QĐ-UBND",
        decision_date=clock.today(),
    )
    model.Session.commit()
    tk.signals.ckanext.signal("sonla:edition_in_force").send(edition.id)
