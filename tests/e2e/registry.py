"""An agency's own register of schools: a database, and Datasette in front of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests import plugins
from tests.factories import catalogue
from tests.harvesting import peers

from .conftest import SCHOOLS, schools

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .conftest import Site

PUBLIC = 30


@dataclass(frozen=True)
class Register:
    """The database of an agency, and the published dataset that it is to feed.

    Args:
        path: of the SQLite file.
        dataset: the name of the dataset.
        address: of the table in Datasette; empty if none runs.
    """

    path: Path
    dataset: str
    address: str = ""

    def write(self, *statements: str) -> None:
        """Let the agency's own people change their data."""
        with closing(sqlite3.connect(self.path)) as database:
            for one in statements:
                database.execute(one)
            database.commit()

    def add(self, first: int, count: int, pupils: int) -> None:
        """Let them add schools, all with the same number of pupils."""
        with closing(sqlite3.connect(self.path)) as database:
            database.executemany(
                "INSERT INTO truong VALUES (?, ?, ?, ?)",
                (
                    (f"TH{n:05}", f"Trường tiểu học số {n}", "Phường Tô Hiệu", pupils)
                    for n in range(first, first + count)
                ),
            )
            database.commit()


def register(
    site: Site, code: str, title: str, rows: int, *, public: bool = True
) -> Register:
    """Let an agency have a database, and draft or publish a dataset by hand."""
    with plugins.for_a_moment():
        catalogue.entry_in_force(
            code=code,
            title=title,
            lead_agency=site.office.name,
            domain=site.domain,
            update_cycle="quarterly",
            formats=["CSV"],
            tables=[{"name": "truong", "title": title, "schema": SCHOOLS}],
        )
    path = site.databases / f"{code}.db"
    made = Register(path, _drafted(site, code, title, public=public))
    made.write("CREATE TABLE truong (ma TEXT PRIMARY KEY, ten TEXT, xa TEXT, hs INT)")
    made.add(1, rows, 300)
    return made


def _drafted(site: Site, code: str, title: str, *, public: bool) -> str:
    package = site.call(
        "officer",
        "package_create",
        name=f"nguon-{code.lower()}",
        title=title,
        notes="Danh sách trường có mã định danh, theo quý.",
        owner_org=site.office.id,
        catalogue_entry=code,
    )
    if public:
        _publish(site, package, title)
    return package["name"]


def _publish(site: Site, package: dict[str, Any], title: str) -> None:
    site.upload(
        package["id"], schools(1, PUBLIC, 300), name=title, format="CSV", table="truong"
    )
    site.settle(package["id"])
    (draft,) = site.call("officer", "sonla_revision_list", dataset_id=package["id"])[
        "results"
    ]
    sent = site.call(
        "officer", "sonla_revision_submit", id=draft["id"], data_period="2026-Q3"
    )
    site.call("leader", "sonla_revision_approve", id=sent["id"], digest=sent["digest"])


@contextmanager
def served(made: Register, folder: Path) -> Iterator[Register]:
    """Run Datasette over the register."""
    with peers.datasette(made.path, folder) as address:
        table = f"{address}/{made.path.stem}/truong.json"
        yield Register(made.path, made.dataset, table)


__all__ = ["Register", "register", "served"]
