"""A source whose rows are public: whatever it does next, they stay as they are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from ckan import model
from ckan.common import config as portal
from ckanext.datastore.backend import postgres
from ckanext.harvest.model import HarvestSource
from ckanext.sonla.harvesting.runs import spool
from tests.factories import agencies as make
from tests.factories import approval
from tests.harvesting import running
from tests.harvesting.conftest import OWNED, open_site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.harvesting.conftest import Site

    from .fault import Fault

ROWS = [
    {
        "id": n,
        "carrier": "VN",
        "dest": f"Nơi {n}",
        "distance": n / 2,
        "time_hour": f"2026-01-01T{n:02}:00:00",
    }
    for n in range(1, 21)
]
# Short, so that a test of a slow source is not slow itself.
QUICK = {
    "attempts": 3,
    "first_wait": 0.01,
    "longest_wait": 0.2,
    "answer_seconds": 1.0,
    "silent_seconds": 0.5,
    "bytes": 1_000_000,
    "page_bytes": 1_000_000,
    "pages": 20,
    "rows": 1_000,
    "page_rows": 500,
}


@dataclass
class World:
    """A published dataset, its source, and where the source is."""

    site: Site
    source: dict[str, Any]

    def meets(self, fault: Fault) -> dict[str, Any]:
        """Let the source do what it does, and return the ledger of a run."""
        if not isinstance(fault.does, str):
            self.site.answers["/rows"] = fault.does
        self.is_told(fault.config)
        self.site.asked.clear()
        return running.run(self.source["id"])

    def is_told(self, config: dict[str, Any], **values: Any) -> None:
        """Give the source another configuration; the form has tests of its own."""
        told = {
            **OWNED,
            "dataset": "chuyen-bay",
            "fields": running.FIELDS,
            "key": ["id"],
        }
        text = json.dumps({**told, **config})
        values = {"url": f"{self.site.address}/rows", "type": "sonla_rest", **values}
        values["config"] = text
        table: Any = sa.inspect(HarvestSource).local_table
        model.Session.execute(
            table.update().where(table.c.id == self.source["id"]).values(**values)
        )
        model.Session.commit()

    def public(self) -> str:
        """Return a digest of the public table."""
        (resource,) = approval.act(None, "package_show", id="chuyen-bay")["resources"]
        query = "SELECT md5(string_agg(t::text, '|' ORDER BY _id)) FROM {} t"
        with postgres.get_read_engine().connect() as connection:
            return connection.exec_driver_sql(
                query.format(f'"{resource["id"]}"')
            ).scalar()

    def discard(self, run: dict[str, Any]) -> None:
        """Let the officer take back what a run sent, so that another can come."""
        id_ = run["revision_id"]
        approval.act("cb-yte", "sonla_revision_withdraw", id=id_)
        approval.act("cb-yte", "sonla_revision_discard", id=id_)


def spooled(run: dict[str, Any]) -> Path:
    """Return where a run's pages are, as long as they are kept."""
    return spool.folder() / f"{run['id']}.csv"


_made: list[World] = []


@pytest.fixture(scope="package")
def stand() -> Iterator[Site]:
    """Return a server that stays for all faults."""
    with open_site() as site:
        yield site
    _made.clear()


@pytest.fixture
def world(at_home: None, reset_db: Any, stand: Site, monkeypatch: Any) -> World:
    """Return the source and its public rows, made once for all modules."""
    # Others may have emptied the databases since.
    if not _made or HarvestSource.get(_made[0].source["id"]) is None:
        _made.clear()
        reset_db()
        make.staff()
        running.dataset()
        stand.answers["/rows"] = lambda handler: handler.reply(
            200, json.dumps(ROWS).encode()
        )
        source = running.source(f"{stand.address}/rows", {})
        running.approve(running.run(source["id"]))
        _made.append(World(stand, source))
    for option, value in QUICK.items():
        monkeypatch.setitem(portal, f"sonla.harvesting.{option}", value)
    return _made[0]
