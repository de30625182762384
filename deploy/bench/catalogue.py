"""Measures the catalogue's pages beside a stock CKAN organisation page.

`make bench-catalogue` runs it on throw-away databases and writes
docs/benchmarks/catalogue.md; with `--quick` the catalogue is small and nothing is
written. The goal: a first page within twice the organisation page's time.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import logging
import os
import platform
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ckan import model
from ckanext.sonla.catalogue import editions, entry_fields, states
from ckanext.sonla.catalogue.directory import Directory
from ckanext.sonla.shared import clock
from deploy.local.folders import ROOT
from tests.factories import approval as make
from tests.factories import catalogue

from . import world
from .timing import HEADER, Line, size_of

REPORT = ROOT / "docs" / "benchmarks" / "catalogue.md"
# Entries, communes with a dataset, datasets of one agency, rows of the large table.
FULL = (5_000, 75, 25, 200_000)
QUICK = (200, 4, 3, 2_000)
SHARED, BIG = "DC-0001", "DC-0002"
GOAL = 2.0
MEMORY = 300_000_000
# CKAN's own pages and templates; of us it has the search that stands in for Solr.
STOCK = "sonla_search activity text_view"
NOTES = [
    "Medians of 25 requests of a stranger, in one process without a network. Stock",
    "CKAN has its own templates and no plugin of ours but the search in PostgreSQL,",
    "which stands in for Solr; its page lists the first 20 of an organisation's",
    "datasets. The two run one after the other on the same databases.",
]


def main() -> None:
    """Make a catalogue, time its pages, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small catalogue")
    quick = parser.parse_args().quick
    logging.disable(logging.CRITICAL)
    with world.portal():
        made = _make(*(QUICK if quick else FULL))
    lines = _measure(made)
    text = _report(lines)
    sys.stdout.write(text)
    if not quick:
        REPORT.parent.mkdir(parents=True, exist_ok=True)
        REPORT.write_text(text, encoding="utf-8")


def _make(entries: int, communes: int, own: int, large: int) -> dict[str, Any]:
    """Make an edition, the datasets of a shared entry and those of an agency."""
    offices = [
        make.office(name=f"xa-{n}", title=f"UBND xã {n}", agency_kind="commune")
        for n in range(communes)
    ]
    lead = make.office(name="so-y-te", title="Sở Y tế")
    domains = [catalogue.domain()["name"] for _ in range(10)]
    edition = editions.create_edition("replacing", "bench")
    directory = Directory.read()
    for number in range(1, entries + 1):
        shared = number <= 2  # noqa: PLR2004 - the shared entries come first
        reading = entry_fields.read(
            {
                "code": f"DC-{number:04}",
                "title": f"Bộ dữ liệu số {number} của tỉnh",
                "description": "Danh sách, địa chỉ và quy mô theo từng xã, phường.",
                "lead_agency": lead.name,
                "providers": {"kind": "class", "class": "commune"}
                if shared
                else [lead.name],
                "domain": domains[number % len(domains)],
                "update_cycle": "once",
                "position": number,
            },
            directory,
            whole=True,
        )
        editions.add_entry(edition, reading)
    model.Session.flush()
    states.Submit().run(edition, "bench")
    states.Approve().run(
        edition, "leader", decision_number="1/QĐ", decision_date=clock.today()
    )
    model.Session.commit()
    for office in offices:
        _publish(office, SHARED, 100)
    for office in offices[:2]:
        _publish(office, BIG, large // 2)
    for number in range(3, 3 + own):
        _publish(lead, f"DC-{number:04}", 100)
    return {"entries": entries, "communes": communes, "own": own, "large": large}


def _publish(office: make.Office, code: str, rows: int) -> None:
    revision = make.draft(office, catalogue_entry=code, file=b"%PDF-1.4 1")
    world.fill(office, world.resource_of(revision), rows, 8, mark=1)
    make.approve(office, make.submit(office, revision))


def _measure(made: dict[str, Any]) -> list[Line]:
    ours = _timed(None, "/catalogue", f"/catalogue/{SHARED}")
    stock = _timed(STOCK, "/organization/so-y-te")["/organization/so-y-te"]["seconds"]
    lines = []
    for what, size, address in (
        ("/catalogue", f"{size_of(made['entries'])} entries", "/catalogue"),
        ("/catalogue/<code>", f"{made['communes']} datasets", f"/catalogue/{SHARED}"),
    ):
        seconds = ours[address]["seconds"]
        lines.append(
            Line(
                what,
                size,
                seconds,
                "stock organisation page",
                stock,
                f"{seconds / stock:.2f}",
                f"≤ {GOAL:.0f}",
                seconds <= GOAL * stock,
            )
        )
    for kind in ("xlsx", "csv"):
        address = f"/catalogue/{BIG}/data.{kind}"
        told = _timed(None, address)[address]
        grown = f"{told['peak'] / 1e6:.0f} MB in all, {told['grown'] / 1e6:.0f} MB more"
        lines.append(
            Line(
                f"joined table as {kind.upper()}",
                f"{size_of(made['large'])} rows",
                told["seconds"],
                grown,
                None,
                "",
                "< 300 MB",
                told["peak"] < MEMORY,
            )
        )
    return lines


def _timed(plugins: str | None, *addresses: str) -> dict[str, dict[str, float]]:
    """Time addresses in a process of its own.

    Args:
        plugins: the plugins to load instead of the portal's.
    """
    ini = os.environ["CKAN_INI"]
    with tempfile.TemporaryDirectory() as folder:
        if plugins is not None:
            stock = Path(folder) / "stock.ini"
            stock.write_text(
                f"[app:main]\nuse = config:{ini}\nckan.plugins = {plugins}\n",
                encoding="utf-8",
            )
            ini = str(stock)
        done = subprocess.run(
            [sys.executable, "-m", "deploy.bench.pages", *addresses],
            check=True,
            stdout=subprocess.PIPE,
            env={**os.environ, "CKAN_INI": ini},
        )
    return json.loads(done.stdout[done.stdout.index(b'{"/') :])


def _report(lines: list[Line]) -> str:
    rows = [HEADER, ["---"] * len(HEADER), *(line.cells() for line in lines)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    day = dt.datetime.now(tz=dt.UTC).date().isoformat()
    return (
        f"# The catalogue's pages, beside stock CKAN\n\n`make bench-catalogue`, {day}, "
        f"CKAN {version('ckan')}, Python {platform.python_version()}, "
        f"{os.cpu_count()} processors.\n\n{table}\n\n" + "\n".join(NOTES) + "\n"
    )
