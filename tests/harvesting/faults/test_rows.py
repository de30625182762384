"""Rows that the table has no room for, and sources with too few or too many of them."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories import approval
from tests.harvesting import running
from tests.harvesting.test_source_pages import Reader

from .conftest import ROWS
from .fault import ALL, Fault
from .fault import ROWS as OTHERS

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import World


def also(**values: Any) -> Any:
    """Return an answer of the public rows and one more, the 21st."""
    row = {**ROWS[0], "id": 21, **values}
    text = json.dumps([*ROWS, row])
    return lambda handler: handler.reply(200, text.encode())


def these(rows: list[Any]) -> Any:
    return lambda handler: handler.reply(200, json.dumps(rows).encode())


# One row more than is public, which the rules of the table hold back.
HELD_BACK = {
    "A NUL byte": Fault("encoding", also(dest="có \x00 byte"), kept=OTHERS),
    "The year 0": Fault("type", also(time_hour="0000-01-01T00:00:00"), kept=OTHERS),
    "A date before Christ": Fault(
        "type", also(time_hour="0044-03-15 00:00:00 BC"), kept=OTHERS
    ),
    "A whole number beyond 64 bits": Fault("type", also(id=2**63), kept=OTHERS),
    "A number beyond its type": Fault(
        "type", also(distance="1e200000"), kept=OTHERS
    ),
    "No number": Fault("type", also(distance="NaN"), kept=OTHERS),
    "A list where a value should be": Fault("type", also(distance=[1]), kept=OTHERS),
    "A key that comes twice": Fault("unique", also(id=20), kept=OTHERS),
    "A row without its key": Fault("required", also(id=None), kept=OTHERS),
}  # fmt: skip
# What fails as a whole; nothing public changes.
FAILS = {
    "An empty source": Fault("empty", these([])),
    "More bad rows than are kept": Fault(
        "too_many_bad",
        these([{**row, "carrier": None} for row in ROWS]),
        settings={"quarantine_rows": 3},
    ),
    "No column of the table": Fault("empty", these([{"khac": n} for n in range(5)])),
    "A mapping without a column of the table": Fault(
        "finding",
        these(ROWS),
        {"fields": {k: v for k, v in running.FIELDS.items() if k != "khoang_cach"}},
    ),
}
FAULTS = {
    **HELD_BACK,
    **FAILS,
    "A shrunken source": Fault("fewer_rows", these(ROWS[:2]), kept=ALL),
    "The year 9999": Fault("", also(time_hour="9999-12-31T23:59:59"), kept=ALL),
    "A thousand columns": Fault(
        "", these([{**row, **{f"cot_{n}": n for n in range(1000)}} for row in ROWS]),
        kept=ALL,
    ),
    "A field twice in a JSON object": Fault(
        "", lambda h: h.reply(200, json.dumps(ROWS).encode().replace(
            b'"id": 1,', b'"id": 7, "id": 1,', 1)), kept=ALL
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HELD_BACK)
def test_a_row_that_breaks_a_rule_is_held_back_and_the_others_are_not(
    world: World, name: str
):
    fault, before = HELD_BACK[name], world.public()
    found = world.meets(fault)
    # The twenty others say what is public already.
    counts = ("outcome", "read", "unchanged", "quarantined")
    assert [found[one] for one in counts] == ["unchanged", 21, 20, 1]
    ask = {"source_id": world.source["id"], "run_id": found["id"]}
    (row,) = approval.act("ld-yte", "sonla_quarantine_list", **ask)["results"]
    assert (row["row"], row["page"]) == (21, 1)
    assert fault.code in {one["rule"] for one in row["findings"]}
    assert row["message"]
    assert world.public() == before


@pytest.mark.parametrize("name", FAILS)
def test_a_source_that_says_nothing_useful_changes_nothing(
    world: World, name: str, ckan_config: Any, monkeypatch: Any
):
    fault, before = FAILS[name], world.public()
    for option, value in fault.settings.items():
        monkeypatch.setitem(ckan_config, f"sonla.harvesting.{option}", value)
    found = world.meets(fault)
    assert (found["outcome"], found["reasons"][0]["code"]) == ("failed", fault.code)
    assert found["revision_id"] is None
    assert world.public() == before


def test_a_shrunken_source_goes_to_the_leader_with_the_reason(world: World, app: Any):
    before = world.public()
    give_standing_approval(world)
    found = world.meets(FAULTS["A shrunken source"])
    assert (found["outcome"], found["deleted"]) == ("submitted", 18)
    codes = {one["code"]: one["sentence"] for one in found["reasons"]}
    assert "fewer_rows" in codes
    assert any("90 % fewer" in sentence for sentence in codes.values()), codes
    ask = f"/api/3/action/sonla_harvest_run_list?source_id={world.source['id']}"
    headers = {**Reader(app, "cb-yte").headers, "Accept-Language": "vi"}
    told = app.get(ask, headers=headers).json["result"]["results"][0]["reasons"]
    assert [one["code"] for one in told] == [one["code"] for one in found["reasons"]]
    assert not {one["sentence"] for one in told} & set(codes.values())
    assert any("90 %" in one["sentence"] for one in told)
    revision = approval.act("ld-yte", "sonla_revision_show", id=found["revision_id"])
    assert revision["findings"][0]["reason"]
    assert world.public() == before
    world.discard(found)
    approval.act("ld-yte", "sonla_harvest_revoke", source_id=world.source["id"])


def give_standing_approval(world: World) -> None:
    """Let the leader approve the source as it is told just now."""
    world.is_told({})
    shown = approval.act("ld-yte", "harvest_source_show", id=world.source["id"])
    digest = shown["standing_approval"]["digest"]
    ask = {"source_id": world.source["id"], "digest": digest}
    approval.act("ld-yte", "sonla_harvest_approve", **ask)


def test_the_last_day_of_the_year_9999_is_a_day(world: World):
    found = world.meets(FAULTS["The year 9999"])
    assert (found["outcome"], found["added"]) == ("submitted", 1)
    world.discard(found)


@pytest.mark.parametrize(
    "name", ["A thousand columns", "A field twice in a JSON object"]
)
def test_what_no_column_takes_is_left_and_told(world: World, name: str):
    found = world.meets(FAULTS[name])
    assert (found["outcome"], found["unchanged"]) == ("unchanged", 20)
    columns = {name for name in found["fields"]["source"] if name.startswith("cot_")}
    assert len(columns) in {0, 1000}


def test_an_agencys_file_with_a_thousand_columns_and_nul_bytes(
    world: World, tmp_path: Path, ckan_config: Any, monkeypatch: Any
):
    """Values that only a database can hold: NUL, bytes, and text of no encoding."""
    monkeypatch.setitem(ckan_config, "sonla.harvesting.sqlite_folder", str(tmp_path))
    names = ", ".join(f"cot_{number}" for number in range(1000))
    with sqlite3.connect(tmp_path / "rong.db") as database:
        database.execute(f"CREATE TABLE rong (id INTEGER PRIMARY KEY, {names})")
        text = ["'a' || char(0) || 'b'", "x'ff00'", "CAST(x'ff' AS TEXT)", "'tốt'"]
        rest = ", ".join(["NULL", *["1"] * 998])
        for number, value in enumerate(text, 1):
            database.execute(f"INSERT INTO rong VALUES ({number}, {value}, {rest})")  # noqa: S608 - ours
    fields = {"ma": "id", "hang": "cot_0", "noi_den": "cot_2"}
    fields |= {"khoang_cach": "cot_3", "gio": "cot_1"}
    config = {"from": "rong", "fields": fields, "key": ["id"]}
    world.is_told(config, url="sqlite:///rong.db", type="sonla_sql")
    found = running.run(world.source["id"])
    assert (found["outcome"], found["read"], found["quarantined"]) == (
        "submitted", 4, 2,
    ), found["reasons"]  # fmt: skip
    ask = {"source_id": world.source["id"], "run_id": found["id"]}
    rows = approval.act("ld-yte", "sonla_quarantine_list", **ask)["results"]
    assert [(row["row"], row["rule"]) for row in rows] == [
        (1, "encoding"),
        (3, "encoding"),
    ]
    world.discard(found)
