"""Measures what harvesting costs, beside bare PostgreSQL, xloader and the DataStore.

`make bench-harvest` runs it on throw-away databases and writes
docs/benchmarks/harvest.md; with `--quick` the tables are small and nothing is written.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import logging
import os
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet

from tests.factories import approval as make
from tests.harvesting import peers

from . import harvesting_world as agencies
from . import switching, world
from . import validating_file as file
from .harvesting_told import REPORT, Run, Told, report
from .timing import stopwatch

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 3
BATCH = 1_000
CHANGED = 0.01


@dataclass(frozen=True)
class Size:
    """How many rows each measurement has."""

    rows: int
    small: int
    large: int
    upserted: int


FULL = Size(1_000_000, 100_000, 5_000_000, 100_000)
QUICK = Size(20_000, 5_000, 50_000, 5_000)


def main() -> None:
    """Measure, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small tables")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings(folder)
        with world.portal():
            logging.disable(logging.CRITICAL)
            text = report(measured(QUICK if quick else FULL, folder))
    print(text)  # noqa: T201 - that is what it is for
    if not quick:
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text(text)


def settings(folder: Path) -> None:
    """Let sources be on the machine itself, and give secrets a key."""
    key = folder / "harvest.key"
    key.write_bytes(Fernet.generate_key())
    ini = folder / "bench.ini"
    ini.write_text(
        f"[app:main]\nuse = config:{os.environ['CKAN_INI']}\n"
        "sonla.web.private_hosts = 127.0.0.1 localhost\n"
        f"sonla.harvesting.key_file = {key}\n"
    )
    ini.chmod(0o600)
    os.environ["CKAN_INI"] = str(ini)


def measured(size: Size, folder: Path) -> Told:
    """Measure everything."""
    office, agency = make.office(), agencies.Agency()
    path = file.write(folder / "rows.csv", size.rows, ordered=True)
    plain, unlogged = (
        statistics.median(copies(agency, path, kind)) for kind in ("", "UNLOGGED")
    )
    told = Told(size.rows, copied=plain, copied_unlogged=unlogged)
    told.upserted = upserted(office, path, size.upserted)
    told.xloaded = xloaded(office, path)
    agency.fill(path)
    sql(office, agency, told)
    told.memory[size.rows] = told.sql.took["memory"]
    told.rest = rest(office, path, folder)
    for rows in (size.small, size.large):
        agency.fill(file.write(path, rows, ordered=True))
        source = agencies.source(office, "sonla_sql", agency.address, agency.told())
        told.more.append(Run(*source.run()))
        told.memory[rows] = told.more[-1].took["memory"]
    return told


def copies(agency: agencies.Agency, path: Path, kind: str) -> Iterator[float]:
    """Yield what psql's copy takes into a table of the columns' types."""
    for _round in range(ROUNDS):
        agency.make("ban_sao", kind)
        with stopwatch() as took:
            agency.psql(f"\\copy ban_sao FROM '{path}' WITH (FORMAT csv, HEADER)")
        yield took[0]


def upserted(office: make.Office, path: Path, rows: int) -> float:
    """Return the rows a second that `datastore_upsert` takes in batches."""
    resource_id = table(office)
    with path.open(encoding="utf-8", newline="") as text:
        records = itertools.islice(csv.DictReader(text), rows)
        with stopwatch() as took:
            while batch := list(itertools.islice(records, BATCH)):
                make.act(
                    office.officer,
                    "datastore_upsert",
                    resource_id=resource_id,
                    records=[{**one, **_iso(one)} for one in batch],
                    method="upsert",
                    force=True,
                )
    return rows / took[0]


def _iso(record: dict[str, str]) -> dict[str, str]:
    day, month, year = record["cap_nhat"].split("/")
    return {"cap_nhat": f"{year}-{month}-{day}"}


def table(office: make.Office) -> str:
    """Let the officer make an empty table of the columns, and return its name."""
    revision = make.draft(office, file=b"%PDF-1.4 1")
    resource_id = world.resource_of(revision)
    kinds = dict(zip(agencies.NAMES, file.PLAIN_TYPES, strict=True))
    make.act(
        office.officer,
        "datastore_create",
        resource_id=resource_id,
        fields=[{"id": name, "type": kind} for name, kind in kinds.items()],
        primary_key=["ma"],
        records=[],
        force=True,
    )
    return resource_id


def xloaded(office: make.Office, path: Path) -> float:
    """Return the seconds of xloader's job alone: no upload, no queue, no download."""
    resource_id = world.resource_of(make.draft(office, file=b"%PDF-1.4 1"))
    first = path.with_name("first.csv")
    with path.open(encoding="utf-8") as text:
        first.write_text("".join(itertools.islice(text, 2)), encoding="utf-8")
    # The resource has a table, of which xloader knows the columns.
    switching.xload(first, resource_id)
    with stopwatch() as took:
        switching.xload(path, resource_id)
    return took[0]


def sql(office: make.Office, agency: agencies.Agency, told: Told) -> None:
    """Run a database's rows in, publish them, and bring what changed."""
    config = {**agency.told(), "incremental": {"field": "sua_luc"}}
    source = agencies.source(office, "sonla_sql", agency.address, config)
    took, ledger = source.run()
    with stopwatch() as published:
        source.approve(ledger)
    told.sql = Run(took, ledger, published[0])
    told.nothing = Run(*source.run())
    agency.change(CHANGED)
    told.changed = Run(*source.run())


def rest(office: make.Office, path: Path, folder: Path) -> Run:
    """Run the rows of an interface in: Datasette, over the same rows."""
    database = folder / "truong.db"
    agencies.sqlite(database, path)
    config = {
        "records": "rows",
        "parameters": {"_size": "max", "_shape": "objects"},
        "paging": {"type": "next_link", "path": "next_url"},
    }
    with peers.datasette(database, folder) as address:
        url = f"{address}/truong/truong.json"
        return Run(*agencies.source(office, "sonla_rest", url, config).run())


if __name__ == "__main__":
    main()
