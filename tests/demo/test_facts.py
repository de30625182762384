"""The demonstration is made of facts and of rows that obey their own schemas."""

from __future__ import annotations

import json
import sqlite3
import stat
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from ckanext.sonla.demo import facts, tables
from ckanext.sonla.demo.accounts import Accounts
from ckanext.sonla.demo.harvests import CHANGES, HarvestPath
from ckanext.sonla.demo.load import Demo

if TYPE_CHECKING:
    from pathlib import Path

ENTRIES = facts.catalogue()["entries"]
GOVERNED = [entry for entry in ENTRIES.values() if entry.columns]


def rows_of(entry: facts.Entry) -> list[dict[str, Any]]:
    provider = facts.communes()[0] if entry.provider_class else None
    names = [column.name for column in entry.columns]
    return [dict(zip(names, row, strict=True)) for row in tables.rows(entry, provider)]


def test_the_province_has_67_communes_and_8_wards():
    kinds = [commune.kind for commune in facts.communes()]
    assert (kinds.count("xã"), kinds.count("phường")) == (67, 8)


def test_every_entry_is_led_by_an_agency_and_stands_in_a_domain():
    agencies = {office["name"] for office in facts.offices()["agencies"]}
    domains = {domain["name"] for domain in facts.offices()["domains"]}
    for entry in ENTRIES.values():
        assert entry.lead in agencies
        assert entry.domain in domains


def test_every_kind_of_agency_of_article_2_takes_part():
    kinds = {office["kind"] for office in facts.offices()["agencies"]}
    assert kinds == {"department", "public_unit", "central_branch"}


@pytest.mark.parametrize("entry", GOVERNED, ids=lambda entry: entry.code)
def test_rows_obey_their_table_schema(entry: facts.Entry):
    rows = rows_of(entry)
    keys = [tuple(row[name] for name in entry.key) for row in rows]
    assert len(set(keys)) == len(rows)
    for column in entry.columns:
        values = [row[column.name] for row in rows]
        if column.constraints.get("required"):
            assert all(value not in ("", None) for value in values)
        if "enum" in column.constraints:
            assert set(values) <= set(column.constraints["enum"])
        if "minimum" in column.constraints:
            assert min(values) >= column.constraints["minimum"]
        if "maximum" in column.constraints:
            assert max(values) <= column.constraints["maximum"]


def test_the_demonstration_is_the_same_at_every_load():
    entry = ENTRIES["SL-KT-01"]
    assert rows_of(entry) == rows_of(entry)


def test_one_table_is_large():
    assert len(rows_of(ENTRIES["SL-NN-04"])) >= 100_000


def test_passwords_are_kept_in_a_file_that_only_its_owner_reads(tmp_path: Path):
    path = tmp_path / "accounts.json"
    made = Accounts(path).make("officer", "so-y-te", "cb-so-y-te", "Cán bộ tổng hợp")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text())[0]["password"] == made["password"]


def test_a_broken_off_load_goes_on_with_the_same_passwords(tmp_path: Path):
    path = tmp_path / "accounts.json"
    first = Accounts(path).make("leader", "so-y-te", "ld-so-y-te", "Lãnh đạo duyệt")
    again = Accounts(path).make("leader", "so-y-te", "ld-so-y-te", "Lãnh đạo duyệt")
    assert first["password"] == again["password"]


def test_the_history_is_told_in_order_each_dataset_after_its_agency(tmp_path: Path):
    steps = Demo(tmp_path / "accounts.json").steps()
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    names = [step.name for step in steps]
    assert len(set(names)) == len(names)
    catalogue = names.index("catalogue")
    told = [at for at, name in enumerate(names) if name.startswith("sl-")]
    assert min(told) > catalogue
    for name in names:
        dataset, _, done = name.rpartition(" ")
        if done == "published":
            assert names.index(f"{dataset} submitted") < names.index(name)


def test_what_an_agency_changes_is_within_the_limits_until_the_last_run(tmp_path: Path):
    for told in Demo(tmp_path / "accounts.json").story["harvests"]:
        path = HarvestPath(ENTRIES[told["entry"]], told)
        file = tmp_path / f"{path.name}.db"
        path.fill(file)
        percents = []
        for one in told["runs"]:
            assert one["changed"] in CHANGES
            path.change(file, one["changed"])
            query = f"SELECT 100.0 * avg({told['amount']} < 0) FROM {path.entry.table}"  # noqa: S608 - the demonstration's own names
            with closing(sqlite3.connect(file)) as database:
                percents.append(database.execute(query).fetchone()[0])
        *good, last = percents
        # One run leaves a row behind and is published; the last one is the leader's.
        assert max(good) < 2 < last
        assert max(good) > 0


def test_a_portal_that_may_read_no_files_has_no_source(tmp_path: Path):
    names = [step.name for step in Demo(tmp_path / "accounts.json").steps()]
    assert not [name for name in names if "csdl" in name]
