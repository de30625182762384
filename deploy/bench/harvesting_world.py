"""An agency with a database and an interface, and a source for each."""

from __future__ import annotations

import csv
import json
import os
import secrets
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.harvesting.runs.model import HarvestRun
from deploy.local.folders import ROOT
from tests.factories import approval as make
from tests.factories import catalogue

from . import validating_file as file

if TYPE_CHECKING:
    from pathlib import Path

DATABASE, READER, TABLE = "bench_agency", "bench_reader", "truong"
NAMES = [one["name"] for one in file.SCHEMA["fields"]]
# The types of the agency's own table; its officers' words are the portal's.
TYPES = (
    "text", "text", "text", "text", "int8", "int8", "numeric", "numeric", "date",
    "date", "int4", "bool",
)  # fmt: skip
OWNED = {"owner": "Sở Giáo dục và Đào tạo", "contact": "0212 3852 001"}


class Agency:
    """The agency's PostgreSQL: a database of its own, on the bed's server."""

    def __init__(self) -> None:
        self.url = sa.make_url(tk.config["sonla.test.superuser_url"])
        self.password = secrets.token_hex()
        admin = self._engine(self.url)
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {DATABASE}")
            connection.exec_driver_sql(f"DROP ROLE IF EXISTS {READER}")
            connection.exec_driver_sql(f"CREATE DATABASE {DATABASE}")
            connection.exec_driver_sql(
                f"CREATE ROLE {READER} LOGIN PASSWORD '{self.password}'"
            )
        admin.dispose()
        self.engine = self._engine(self.url.set(database=DATABASE))

    @staticmethod
    def _engine(url: sa.URL) -> sa.Engine:
        return sa.create_engine(url, isolation_level="AUTOCOMMIT")

    def execute(self, sql: str) -> None:
        """Run SQL in the agency's database."""
        with self.engine.connect() as connection:
            connection.exec_driver_sql(sql)

    def psql(self, sql: str) -> None:
        """Run SQL in psql, in the agency's database."""
        address = self.url.set(database=DATABASE)
        command = ["psql", "-qAt", "-v", "ON_ERROR_STOP=1", "-c", sql]
        command.append(address.render_as_string(hide_password=False))
        subprocess.run(
            command,
            check=True,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "PGOPTIONS": "-c DateStyle=ISO,DMY"},
        )

    def make(self, name: str, kind: str) -> None:
        """Make an empty table of a file's columns, `UNLOGGED` or plain."""
        typed = ", ".join(
            f"{name} {kind}" for name, kind in zip(NAMES, file.PLAIN_TYPES, strict=True)
        )
        self.execute(
            f"DROP TABLE IF EXISTS {name}; CREATE {kind} TABLE {name} ({typed})"
        )

    def fill(self, path: Path) -> None:
        """Fill the table from a file, and note when each row changed."""
        typed = ", ".join(
            f"{name} {kind}" for name, kind in zip(NAMES, TYPES, strict=True)
        )
        texts = ", ".join(f"{name} text" for name in NAMES)
        self.execute(
            f"DROP TABLE IF EXISTS {TABLE}, raw; CREATE UNLOGGED TABLE raw ({texts})"
        )
        self.psql(f"\\copy raw FROM '{path}' WITH (FORMAT csv, HEADER)")
        rows = (
            f"SELECT {_cells()}, timestamp '2026-01-01'"  # noqa: S608 - ours
            " + row_number() OVER () * interval '1 millisecond' FROM raw"
        )
        for sql in (
            f"CREATE TABLE {TABLE} ({typed}, sua_luc timestamp)",
            f"SET datestyle = 'ISO, DMY'; INSERT INTO {TABLE} {rows}",
            f"DROP TABLE raw; ALTER TABLE {TABLE} ADD PRIMARY KEY (ma)",
            f"CREATE INDEX ON {TABLE} (sua_luc, ma); ANALYZE {TABLE}",
            f"GRANT SELECT ON {TABLE} TO {READER}",
        ):
            self.execute(sql)

    def change(self, share: float) -> None:
        """Change a share of the rows."""
        some = f"mod(abs(hashtext(ma)::int8), 10000) < {int(share * 10_000)}"
        self.execute(
            f"UPDATE {TABLE} SET so_hoc_sinh = so_hoc_sinh + 1,"  # noqa: S608 - ours
            f" sua_luc = timestamp '2026-02-01' WHERE {some}"
        )

    def told(self) -> dict[str, Any]:
        """Return how a source reaches it."""
        auth = {"type": "password", "user": READER, "password": self.password}
        return {"from": TABLE, "key": ["ma"], "auth": auth, "tls": {"verify": False}}

    @property
    def address(self) -> str:
        """Where it is, without account."""
        return f"postgresql://{self.url.host}:{self.url.port}/{DATABASE}"


def _cells() -> str:
    read = {"hoat_dong": "hoat_dong = 'Có'"}
    return ", ".join(
        read.get(name) or f"{name}::{kind}"
        for name, kind in zip(NAMES, TYPES, strict=True)
    )


def sqlite(path: Path, rows: Path) -> None:
    """Make an SQLite database of the rows, for Datasette."""
    names = ", ".join(NAMES)
    marks = ", ".join("?" * len(NAMES))
    with rows.open(encoding="utf-8", newline="") as text:
        reader = csv.reader(text)
        next(reader)
        with sqlite3.connect(path) as database:
            kinds = ", ".join(
                f"{name} {'INTEGER' if kind.startswith('int') else 'TEXT'}"
                for name, kind in zip(NAMES, TYPES, strict=True)
            )
            database.execute(f"CREATE TABLE {TABLE} ({kinds}, PRIMARY KEY (ma))")
            database.executemany(
                f"INSERT INTO {TABLE} ({names}) VALUES ({marks})",  # noqa: S608 - question marks
                reader,
            )


@dataclass(frozen=True)
class Source:
    """A source of a dataset of its own."""

    office: make.Office
    id: str
    dataset: str

    def run(self) -> tuple[dict[str, float], dict[str, Any]]:
        """Run it in a process of its own; return what it took, and its ledger."""
        make.act(self.office.officer, "harvest_job_create", source_id=self.id)
        waiting: Any = HarvestRun.open_of(self.id)
        model.Session.remove()
        done = subprocess.run(
            [sys.executable, "-m", "deploy.bench.harvesting_job", waiting.id],
            cwd=ROOT,
            env=os.environ,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        ledger = make.act(
            self.office.officer, "sonla_harvest_run_list", source_id=self.id
        )["results"][0]
        if ledger["outcome"] not in ("submitted", "published", "unchanged"):
            raise SystemExit(f"The run ended {ledger['outcome']}: {ledger['reasons']}")
        return json.loads(done.stdout.splitlines()[-1]), ledger

    def approve(self, ledger: dict[str, Any]) -> None:
        """Let the leader publish what a run submitted."""
        revision = make.act(
            self.office.leader, "sonla_revision_show", id=ledger["revision_id"]
        )
        make.approve(self.office, revision)


def source(office: make.Office, kind: str, url: str, config: dict[str, Any]) -> Source:
    """Let the officer make a dataset and its source."""
    table = {"name": "truong", "title": "Trường học", "schema": file.SCHEMA}
    entry = catalogue.entry_in_force(
        lead_agency=office.name, update_cycle="once", tables=[table], formats=["CSV"]
    )
    revision = make.draft(office, catalogue_entry=entry["code"], file=None)
    dataset = make.show(revision["package_id"])["name"]
    made = make.act(
        office.officer,
        "harvest_source_create",
        title=f"Nguồn {dataset}",
        name=f"nguon-{dataset}"[:90],
        url=url,
        source_type=kind,
        owner_org=office.id,
        frequency="MANUAL",
        config=json.dumps({**OWNED, "dataset": dataset, **config}),
    )
    return Source(office, made["id"], dataset)
