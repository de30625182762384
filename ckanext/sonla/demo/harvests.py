"""A source of the demonstration: an agency's own database, and what its runs brought.

The database is a SQLite file in `sonla.harvesting.sqlite_folder`; without that folder
the portal may read none, and there is no source to show.
"""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rq import SimpleWorker

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.jobs import get_queue
from ckanext.sonla.shared import jobs

from . import tables
from .accounts import call
from .datasets import LOAD_SECONDS, DatasetPath
from .history import Step, days_ago, morning

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from .facts import Entry

# What the agency changes in its database before a run.
CHANGES = {
    "as before": (),
    "grown": ("UPDATE {table} SET {amount} = {amount} + 3 WHERE rowid % 20 = 0",),
    "one wrong": ("UPDATE {table} SET {amount} = -5 WHERE rowid = 7",),
    "many wrong": ("UPDATE {table} SET {amount} = -1 WHERE rowid % 9 = 0",),
}


class HarvestPath:
    """A source that feeds an entry's dataset, and its runs up to today.

    Args:
        entry: the entry that the dataset meets.
        told: of the story: `day` (of the leader's approval), `title`, `amount` (a
            column of numbers), and `runs`, each with `days_ago` and what was `changed`.
    """

    def __init__(self, entry: Entry, told: dict[str, Any]) -> None:
        self.dataset = DatasetPath(entry)
        self.entry = entry
        self.told = told
        self.name = f"{entry.code}-csdl".lower()

    def stages(self) -> Iterator[Step]:
        """Yield how it was set up, approved and run."""
        folder = tk.config.get("sonla.harvesting.sqlite_folder")
        if not folder:
            return
        file = Path(folder) / f"{self.name}.db"
        day: date = self.told["day"]
        yield Step(morning(day), f"{self.name} set up", lambda: self._made(file))
        yield Step(morning(day), f"{self.name} approved", self._approved)
        for number, one in enumerate(self.told["runs"], start=1):
            yield Step(
                days_ago(one["days_ago"]),
                f"{self.name} run {number}",
                lambda number=number, one=one: self._run(file, number, one["changed"]),
            )

    def fill(self, file: Path) -> None:
        """Make the agency's database, if it is not there."""
        if file.exists():
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        names = [column.name for column in self.entry.columns]
        marks = ", ".join("?" * len(names))
        with closing(sqlite3.connect(file)) as database:
            database.execute(f"CREATE TABLE {self.entry.table} ({', '.join(names)})")
            database.executemany(
                f"INSERT INTO {self.entry.table} VALUES ({marks})",  # noqa: S608 - the demonstration's own names
                tables.rows(self.entry, None),
            )
            database.commit()

    def change(self, file: Path, changed: str) -> None:
        """Let the agency change its rows, as a key of `CHANGES` says."""
        names = {"table": self.entry.table, "amount": self.told["amount"]}
        with closing(sqlite3.connect(file)) as database:
            for statement in CHANGES[changed]:
                database.execute(statement.format(**names))
            database.commit()

    def _made(self, file: Path) -> None:
        self.fill(file)
        if model.Package.get(self.name) is not None:
            return
        config = {
            "owner": self.entry.source,
            "contact": "0212 3852 001",
            "dataset": self.dataset.name,
            "from": self.entry.table,
            "key": list(self.entry.key),
            "period": "previous",
        }
        call(
            "harvest_source_create",
            self.dataset.officer,
            name=self.name,
            title=self.told["title"],
            url=f"sqlite:///{file}",
            source_type="sonla_sql",
            owner_org=self.dataset.agency,
            frequency="WEEKLY",
            config=json.dumps(config, ensure_ascii=False),
        )

    def _approved(self) -> None:
        found = call("harvest_source_show", self.dataset.leader, id=self.name)
        standing = found["standing_approval"]
        if standing["state"] == "approved":
            return
        asked = {"source_id": found["id"]}
        call("sonla_harvest_ask", self.dataset.officer, **asked)
        given = {"digest": standing["digest"], "comment": "Đồng ý."}
        call("sonla_harvest_approve", self.dataset.leader, **asked, **given)

    def _run(self, file: Path, number: int, changed: str) -> None:
        """Let the agency change its rows, and the portal read them, once."""
        package: Any = model.Package.get(self.name)
        asked = {"source_id": package.id, "limit": 1}
        found = call("sonla_harvest_run_list", self.dataset.officer, **asked)
        if found["count"] >= number:
            return
        self.change(file, changed)
        try:
            call("harvest_job_create", self.dataset.officer, source_id=package.id)
        except tk.ValidationError:
            # The leader has an earlier run's revision before her.
            return
        self._worked(asked)

    def _worked(self, asked: dict[str, Any]) -> None:
        """Wait until the run has ended; work off the queue if no worker runs."""
        until = time.monotonic() + LOAD_SECONDS
        while True:
            found = call("sonla_harvest_run_list", self.dataset.officer, **asked)
            if found["results"][0]["outcome"]:
                break
            if time.monotonic() > until:
                raise tk.ValidationError({"run": [f"{self.name} has not been read"]})
            if jobs.LONG not in jobs.served():
                # In this process, which knows already what each run needs.
                queue = get_queue(jobs.LONG)
                SimpleWorker([queue], connection=queue.connection).work(burst=True)
            time.sleep(0.1)
            model.Session.rollback()
