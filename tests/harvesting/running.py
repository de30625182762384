# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""A source of a dataset, its runs, and what the public sees of them."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import sqlalchemy as sa

from ckan import model
from ckan.tests.helpers import call_action
from ckanext.sonla.approval.model import Revision
from ckanext.sonla.harvesting.runs import recovering, working
from ckanext.sonla.harvesting.runs.model import HarvestRun
from tests.factories import agencies as make
from tests.factories import approval, catalogue

from .conftest import OWNED, make_source

SCHEMA: dict[str, Any] = {
    "fields": [
        {"name": "ma", "title": "Mã", "type": "integer"},
        {"name": "hang", "title": "Hãng", "type": "string",
         "constraints": {"required": True}},
        {"name": "noi_den", "title": "Nơi đến", "type": "string"},
        {"name": "khoang_cach", "title": "Khoảng cách", "type": "number",
         "constraints": {"minimum": 0}},
        {"name": "gio", "title": "Giờ", "type": "datetime"},
    ],
    "primaryKey": ["ma"],
}  # fmt: skip
# What the table's columns are called at the source.
FIELDS = {
    "ma": "id",
    "hang": "carrier",
    "noi_den": "dest",
    "khoang_cach": "distance",
    "gio": "time_hour",
}


def office() -> approval.Office:
    """Return the agency of `staff` with its accounts."""
    agency: Any = model.Group.get("so-y-te")
    return approval.Office(agency.id, "so-y-te", "cb-yte", "ld-yte")


def dataset(**values: Any) -> dict[str, Any]:
    """Let the officer draft the dataset that a source is to fill."""
    entry = catalogue.entry_in_force(
        lead_agency="so-y-te",
        update_cycle=values.pop("cycle", "once"),
        tables=[
            {
                "name": "chuyen",
                "title": "Chuyến bay",
                "schema": SCHEMA,
            }
        ],
        formats=["CSV"],
    )
    return approval.act(
        "cb-yte",
        "package_create",
        name=values.pop("name", "chuyen-bay"),
        title="Chuyến bay",
        notes="Các chuyến bay.",
        owner_org=office().id,
        catalogue_entry=entry["code"],
        **values,
    )


def source(url: str, config: dict[str, Any], **values: Any) -> dict[str, Any]:
    """Let the officer make a source of the dataset."""
    told = {**OWNED, "dataset": "chuyen-bay", "fields": FIELDS, "key": ["id"], **config}
    return make_source("cb-yte", url=url, config=told, **values)


def run(source_id: str, user: str = "cb-yte") -> dict[str, Any]:
    """Let somebody ask for a run, do what the worker does, and return its ledger."""
    ask(source_id, user)
    return work(source_id)


def ask(source_id: str, user: str = "cb-yte") -> None:
    """Let somebody ask for a run."""
    context = {"user": user, "ignore_auth": False}
    call_action("harvest_job_create", context, source_id=source_id)


def work(source_id: str) -> dict[str, Any]:
    """Do what the worker does with the run that waits, and return the last ledger."""
    waiting = HarvestRun.open_of(source_id)
    assert waiting is not None
    working.work(waiting.id)
    return last(source_id)


def recover(source_id: str) -> None:
    """Do what `tick` does, once PostgreSQL has noticed that the process is gone."""
    deadline = time.monotonic() + 10
    while working.is_running(source_id) and time.monotonic() < deadline:
        time.sleep(0.02)
    recovering.catch_up(dt.timedelta(minutes=5))
    model.Session.remove()


def last(source_id: str) -> dict[str, Any]:
    """Return the newest run's ledger; it adds up if its rows were compared."""
    found = ledger(source_id)[0]
    if found["compared"]:
        parts = ("loaded", "unchanged", "quarantined", "filtered")
        assert found["read"] == sum(found[part] for part in parts), found
    return found


def ledger(source_id: str) -> list[dict[str, Any]]:
    """Return a source's runs, the newest first."""
    return approval.act("cb-yte", "sonla_harvest_run_list", source_id=source_id)[
        "results"
    ]


def approve(run_: dict[str, Any]) -> dict[str, Any]:
    """Let the leader approve what a run submitted."""
    revision = approval.act("ld-yte", "sonla_revision_show", id=run_["revision_id"])
    return approval.approve(office(), revision)


def public_rows(limit: int = 1000) -> list[dict[str, Any]]:
    """Return the table as a stranger reads it."""
    package = approval.act(None, "package_show", id="chuyen-bay")
    (resource,) = package["resources"]
    return approval.rows(None, resource["id"], limit)


def table_digest(name: str) -> tuple[str, int]:
    """Return the digest of a dataset's public table, and how many rows it has."""
    package = approval.act(None, "package_show", id=name)
    query = sa.select(Revision.content).where(
        Revision.dataset_id == package["id"], Revision.state == "published"
    )
    content: Any = model.Session.scalars(query).one()
    table = content["resources"][0]["table"]
    return table["sha256"], table["rows"]


__all__ = ["make"]
