"""Measures what deadlines cost as agencies, entries and quarters grow.

`make bench-obligations` runs it on throw-away databases and writes
docs/benchmarks/obligations.md; with `--quick` everything is small and nothing is
written. The goals: pages and an idle tick within twice their time at a tenth of the
size, a quarter's opening linear.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import logging
import os
import subprocess
import sys
from typing import Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests.helpers import call_action
from ckanext.sonla.catalogue import editions, entry_fields, states
from ckanext.sonla.catalogue.directory import Directory
from ckanext.sonla.obligations import freezing, making, reminding
from ckanext.sonla.obligations.model import Obligation
from ckanext.sonla.shared import clock, tick
from deploy.local.folders import ROOT
from tests.conftest import delete_rows
from tests.factories import agencies, catalogue
from tests.factories import approval as make

from . import world
from .obligations_told import Size, Told, report
from .timing import median_of, stopwatch

REPORT = ROOT / "docs" / "benchmarks" / "obligations.md"
TICKS = 9

FULL = Size(agencies=150, entries=5_000, shared=20, quarters=20)
QUICK = Size(agencies=10, entries=60, shared=2, quarters=4)
STEPS = (0.1, 0.5, 1.0)


def main() -> None:
    """Measure every size, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small portal")
    quick = parser.parse_args().quick
    logging.disable(logging.CRITICAL)
    whole = QUICK if quick else FULL
    found = []
    with world.portal():
        # So that it measures the same at any time of the day.
        tk.config["sonla.policy.digest_hour"] = 0
        superuser = sa.create_engine(tk.config["sonla.test.superuser_url"])
        for share in STEPS:
            model.Session.remove()
            delete_rows(superuser)
            _tidy(superuser)
            found.append(_measure(superuser, whole.part(share)))
    text = report(found)
    sys.stdout.write(text)
    if not quick:
        REPORT.write_text(text, encoding="utf-8")


def _measure(superuser: sa.Engine, size: Size) -> Told:
    began = clock.period_of(clock.today(), "quarter")
    for _ in range(size.quarters):
        began = began.previous()
    staff, offices = _people(superuser, size, began)
    _decide(size, offices, began)
    making.make()
    model.Session.commit()
    opened, opening = _opening(superuser)
    _deliver(superuser)
    for quarter in clock.periods(began.next(), clock.today()):
        if clock.end_of(quarter.last) < clock.now():
            freezing.freeze(quarter)
    model.Session.commit()
    with stopwatch() as reminded:
        reminding.remind()
        model.Session.commit()
    for _ in range(3):
        tick.run_all()
    return Told(
        size,
        model.Session.scalar(sa.select(sa.func.count()).select_from(Obligation)) or 0,
        opened,
        _page(staff["operator"], "/obligations/matrix"),
        _page(staff["operator"], "/obligations/list"),
        _page(staff["operator"], "/obligations/list?status=missing"),
        _page(offices[0].officer, "/obligations"),
        median_of(TICKS, tick.run_all),
        opening,
        reminded[0],
    )


def _people(
    superuser: sa.Engine, size: Size, began: clock.Period
) -> tuple[dict[str, str], list[make.Office]]:
    """Make the operating office and the agencies, all there since long ago."""
    staff = agencies.staff()
    offices = [
        make.office(name=f"co-quan-{n}", title=f"Cơ quan số {n}", agency_kind="commune")
        for n in range(size.agencies)
    ]
    with superuser.begin() as connection:
        connection.execute(sa.text("SET session_replication_role = replica"))
        connection.execute(
            sa.text('UPDATE "group" SET created = :day'),
            {"day": began.first - dt.timedelta(days=400)},
        )
    return staff, offices


def _decide(size: Size, offices: list[make.Office], began: clock.Period) -> None:
    """Bring an edition into force in the past, each entry with a quarterly cycle."""
    domains = [catalogue.domain()["name"] for _ in range(10)]
    edition = editions.create_edition("replacing", "bench")
    directory = Directory.read()
    for number in range(size.entries):
        lead = offices[number % len(offices)].name
        shared = number < size.shared
        reading = entry_fields.read(
            {
                "code": f"DC-{number:04}",
                "title": f"Bộ dữ liệu số {number} của tỉnh",
                "lead_agency": lead,
                "providers": {"kind": "class", "class": "commune"}
                if shared
                else [lead],
                "domain": domains[number % len(domains)],
                "update_cycle": "quarterly",
                "position": number,
            },
            directory,
            whole=True,
        )
        editions.add_entry(edition, reading)
    model.Session.flush()
    day = began.first - dt.timedelta(days=1)
    states.Submit().run(edition, "bench")
    states.Approve().run(edition, "leader", decision_number="1/QĐ", decision_date=day)
    model.Session.commit()


def _opening(superuser: sa.Engine) -> tuple[int, float]:
    """Time making the running period's obligations; return how many they are."""
    period = clock.period_of(clock.today(), "quarter")
    taken = []
    number = 0
    for _ in range(3):
        with superuser.begin() as connection:
            connection.execute(sa.text("SET session_replication_role = replica"))
            gone: Any = connection.execute(
                sa.text("DELETE FROM sonla_obligation WHERE period = :period"),
                {"period": str(period)},
            )
            number = gone.rowcount
            # As the last tick of the period before left it.
            connection.execute(
                sa.text(
                    "UPDATE sonla_obligation_progress"
                    " SET value = split_part(value, ' ', 1) || :month"
                    " WHERE name = 'made'"
                ),
                {"month": f" {period.previous().last:%Y-%m}"},
            )
        with stopwatch() as took:
            making.make()
            model.Session.commit()
        taken.append(took[0])
    return number, sorted(taken)[1]


def _deliver(superuser: sa.Engine) -> None:
    """Let eight of ten be met in time and one late, as an approval would."""
    with superuser.begin() as connection:
        connection.execute(sa.text("SET session_replication_role = replica"))
        connection.execute(
            sa.text(
                """
                UPDATE sonla_obligation SET met_by = 'bench', met_at = CASE
                    WHEN abs(hashtext(id)) % 10 < 8 THEN due_at - interval '2 days'
                    ELSE due_at + interval '5 days' END
                WHERE abs(hashtext(id)) % 10 < 9 AND due_at < now() - interval '6 days'
                """
            )
        )
    _tidy(superuser)


def _tidy(superuser: sa.Engine) -> None:
    """Do what autovacuum does in time: dead rows cost every scan of them."""
    with superuser.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(
            sa.text("VACUUM ANALYZE")
        )


def _page(user: str, address: str) -> float:
    """Time a page as an account sees it, in a process of its own."""
    token = call_action("api_token_create", {"user": user}, user=user, name="bench")
    done = subprocess.run(
        [sys.executable, "-m", "deploy.bench.pages", address],
        check=True,
        stdout=subprocess.PIPE,
        env={**os.environ, "BENCH_TOKEN": token["token"]},
    )
    return json.loads(done.stdout[done.stdout.index(b'{"/') :])[address]["seconds"]
