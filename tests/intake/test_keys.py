"""Foreign keys, and what is checked of a table besides its cells."""

from __future__ import annotations

import random
from typing import Any

import pytest

from ckanext.sonla.catalogue import patterns
from tests.factories import approval as make
from tests.factories import catalogue

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")

COMMUNES = {
    "fields": [{"name": "ma", "type": "string"}, {"name": "ten", "type": "string"}],
    "primaryKey": "ma",
}
STATIONS = {
    "fields": [
        {"name": "tram", "type": "string"},
        {"name": "xa", "type": "string", "title": "Mã xã"},
    ],
    "foreignKeys": [
        {
            "fields": "xa",
            "reference": {"entry": "DM-XA", "resource": "xa", "fields": "ma"},
        }
    ],
}


def _entries(office: make.Office) -> None:
    lines = [
        {"code": code, "lead_agency": office.name, "update_cycle": "once",
         "tables": [{"name": name, "title": name, "schema": schema}]}
        for code, name, schema in (
            ("DM-XA", "xa", COMMUNES), ("YT-TRAM", "tram", STATIONS),
        )
    ]  # fmt: skip
    catalogue.entries_in_force(*lines)


def _draft(office: make.Office, code: str, text: str) -> dict[str, Any]:
    revision = make.draft(office, catalogue_entry=code, file=None)
    make.upload(
        office, revision["package_id"], text.encode(), format="CSV", filename="b.csv"
    )
    return revision


def _found(office: make.Office, revision: dict[str, Any]) -> dict[str, Any]:
    answer = make.act(office.officer, "sonla_revision_check", id=revision["id"])
    return {one["rule"]: one for one in answer["findings"]}


def test_values_are_looked_up_in_the_published_table_of_another_entry() -> None:
    """Before that is published, the officer says why it can be right."""
    office = make.office()
    _entries(office)
    early = _draft(office, "YT-TRAM", "tram,xa\nT1,03646\nT2,99999\n")
    assert _found(office, early)["foreign.absent"]["severity"] == "needs_reason"
    communes = _draft(office, "DM-XA", "ma,ten\n03646,Chiềng An\n03648,Chiềng Cơi\n")
    assert _found(office, early)["foreign.absent"]
    make.approve(office, make.submit(office, communes))
    found = _found(office, early)["foreign"]
    assert (found["row"], found["value"], found["severity"]) == (2, "99999", "blocks")
    assert "DM-XA · xa" in found["sentence"]
    resource = make.show(early["package_id"])["resources"][0]["id"]
    make.upload(
        office, early["package_id"], b"tram,xa\nT1,03646\nT2,03648\nT3,\n",
        id=resource, format="CSV", filename="b.csv",
    )  # fmt: skip
    assert "foreign" not in _found(office, early)


def test_a_key_that_leads_to_its_own_table_is_looked_up_there(load) -> None:
    schema = {
        "fields": [{"name": "ma"}, {"name": "cha"}],
        "foreignKeys": [{"fields": "cha", "reference": {"fields": "ma"}}],
    }
    result = load(b"ma,cha\nA,\nB,A\nC,X\nD,B\nE,Y\n", schema=schema)
    told = [(one.rule, one.row, one.value) for one in result.findings.kept]
    assert told == [("foreign", 4, "X"), ("foreign", 6, "Y")]
    assert not load(b"ma,cha\nA,\nB,A\n", schema=schema).findings.count


def test_what_the_datastore_keeps_as_text_is_checked_on_an_api_write_too() -> None:
    office = make.office()
    schema = {
        "fields": [
            {"name": "thang", "type": "yearmonth"},
            {"name": "thu", "format": "email"},
        ]
    }
    entry = catalogue.entry_in_force(
        lead_agency=office.name, update_cycle="once",
        tables=[{"name": "bang", "title": "Bảng", "schema": schema}],
    )  # fmt: skip
    revision = _draft(office, entry["code"], "thang,thu\n2026-01,a@sonla.gov.vn\n")
    resource = make.show(revision["package_id"])["resources"][0]["id"]
    make.act(
        office.officer, "datastore_upsert", resource_id=resource, method="insert",
        records=[{"thang": "2026-13", "thu": "không có"}], force=True,
    )  # fmt: skip
    answer = make.act(office.officer, "sonla_revision_check", id=revision["id"])
    wrong = [one for one in answer["findings"] if one["rule"] == "type"]
    assert {(one["column"], one["row"]) for one in wrong} == {("thang", 2), ("thu", 2)}


# Of each type: what it reads, and what it refuses.
READ = {
    "integer": ("12", "+12", "007", " 12 "),
    "number": ("1.50", "1e5", ".5", "5."),
    "date": ("2026-02-28", "2026-2-8", "2026-02-28 "),
    "datetime": ("2026-02-28T10:00:00", "2026-02-28 10:00:00"),
    "year": ("2026", " 2026"),
}
REFUSED = {
    "integer": ("1,2", "1_000", "0x1F", "99999999999999999999", "x"),
    "number": ("NaN", "Infinity", "-Infinity", "1,5", "1.5.0"),
    "date": (
        "2026-02-30", "infinity", "today", "20260228", "0044-03-15 BC", "10000-01-01",
    ),
    "datetime": ("2026-02-28 24:00:00", "now"),
    "year": ("026", "20266"),
}  # fmt: skip


@pytest.mark.parametrize("kind", list(READ))
def test_the_quick_reading_says_what_the_exact_one_says(load, kind: str) -> None:
    """Each value alone, so that no other one makes the scan begin again."""
    schema = {"fields": [{"name": "a"}, {"name": "b", "type": kind}]}
    for value in (*READ[kind], *REFUSED[kind]):
        found = load(f'a,b\nx,"{value}"\n'.encode(), schema=schema).findings
        assert bool(found.blocking) is (value in REFUSED[kind]), value


def test_days_before_months_are_read_so(load, rows) -> None:
    day = {"name": "b", "type": "date", "format": "%d/%m/%Y"}
    schema = {"fields": [{"name": "a"}, day]}
    (row,) = rows(load(b"a,b\nx,03/04/2026\n", schema=schema))
    assert str(row["b"]) == "2026-04-03"
    wrong = load(b"a,b\nx,31/04/2026\ny,13/13/2026\n", schema=schema)
    assert wrong.findings.count == 2


def test_a_check_that_takes_too_long_is_stopped_and_says_so(
    load, ckan_config, monkeypatch
) -> None:
    """The catalogue takes this pattern; on such texts it needs a moment for each."""
    monkeypatch.setitem(ckan_config, "sonla.policy.check_seconds", 1)
    pattern = "[ab]*a[ab]{16}x"
    assert patterns.fault(pattern) is None
    schema = {"fields": [{"name": "a", "constraints": {"pattern": pattern}}]}
    chance = random.Random(782)  # noqa: S311 - texts to match, no secret
    some = ["".join(chance.choices("ab", k=3000)) for _ in range(20)]
    lines = [f"{some[number % 20]}{number}" for number in range(6000)]
    found = load("\n".join(["a", *lines]).encode(), schema=schema).findings
    assert [one.rule for one in found.kept] == ["check.slow"]
