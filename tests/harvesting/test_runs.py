# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""Runs: what an agency's system says becomes public, by the leader's approval alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ckanext.sonla.harvesting.runs import working
from tests.factories import approval

from . import running

if TYPE_CHECKING:
    from .conftest import Site

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


@pytest.fixture
def world(staff: dict[str, str], site: Site) -> dict[str, Any]:
    """Return a source over HTTP of a dataset that was never published."""
    running.dataset()
    give(site, ROWS)
    return running.source(f"{site.address}/rows", {})


def give(site: Site, rows: list[dict[str, Any]]) -> None:
    site.answers["/rows"] = lambda handler: handler.reply(
        200, json.dumps(rows).encode()
    )


def codes(run: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in run["reasons"]]


def test_a_source_becomes_public_by_the_leaders_approval(world: Any, site: Site):
    first = running.run(world["id"])
    assert (first["outcome"], codes(first)) == ("submitted", ["no_approval"])
    assert (first["read"], first["added"]) == (20, 20)
    assert approval.refusal(None, "package_show", id="chuyen-bay") == "403"
    running.approve(first)
    assert [row["ma"] for row in running.public_rows()] == list(range(1, 21))
    changed = [{**ROWS[0], "dest": "Hà Nội"}, *ROWS[2:], {**ROWS[0], "id": 99}]
    give(site, changed)
    second = running.run(world["id"])
    told = ("outcome", "added", "updated", "deleted", "unchanged")
    assert [second[name] for name in told] == ["submitted", 1, 1, 1, 18]
    running.approve(second)
    assert {row["ma"] for row in running.public_rows()} == {1, *range(3, 21), 99}


def test_what_is_unchanged_changes_nothing(world: Any, site: Site):
    running.approve(running.run(world["id"]))
    before = approval.show("chuyen-bay")
    revisions = approval.act("ld-yte", "sonla_revision_list", dataset_id="chuyen-bay")
    again = running.run(world["id"])
    assert (again["outcome"], again["unchanged"]) == ("unchanged", 20)
    assert again["revision_id"] is None
    assert approval.show("chuyen-bay") == before
    assert revisions == approval.act(
        "ld-yte", "sonla_revision_list", dataset_id="chuyen-bay"
    )


def test_a_source_that_knows_its_own_version_is_asked_once(world: Any, site: Site):
    def answer(handler: Any) -> None:
        known = handler.headers.get("If-None-Match") == '"1"'
        body = b"" if known else json.dumps(ROWS).encode()
        handler.reply(304 if known else 200, body, ETag='"1"')

    site.answers["/rows"] = answer
    first = running.run(world["id"])
    # Nobody has approved it: what is public is not yet what the source said.
    running.approve(first)
    site.asked.clear()
    second = running.run(world["id"])
    assert (second["outcome"], second["read"], second["requests"]) == (
        "unchanged",
        0,
        1,
    )
    assert len(site.asked) == 1


def test_bad_rows_are_kept_with_page_row_rule_and_message(world: Any, site: Site):
    bad = [
        {**ROWS[0], "id": "mười"},
        {**ROWS[1], "carrier": None},
        {**ROWS[2], "distance": -1, "time_hour": "hôm qua"},
        dict(ROWS[5]),
        {**ROWS[4], "id": 77, "dest": "có \x00 byte"},
        dict.fromkeys(ROWS[0]),
    ]
    give(site, [*ROWS[3:], *bad])
    found = running.run(world["id"])
    counts = ("outcome", "read", "added", "quarantined", "filtered")
    assert [found[name] for name in counts] == ["submitted", 23, 17, 5, 1]
    rows = approval.act("ld-yte", "sonla_quarantine_list", source_id=world["id"])
    told = [(row["page"], row["row"], row["rule"]) for row in rows["results"]]
    rules = ["type", "required", "minimum", "unique", "encoding"]
    assert told == [(1, 18 + at, rule) for at, rule in enumerate(rules)]
    assert len(rows["results"][2]["findings"]) == 2
    assert "mười" in rows["results"][0]["message"]
    assert rows["results"][0]["cells"]["hang"] == "VN"
    running.approve(found)
    assert len(running.public_rows()) == 17
    # Mended at the source, they come with the next run, and none is kept back.
    give(site, ROWS)
    mended = running.run(world["id"])
    assert (mended["added"], mended["deleted"]) == (3, 0)
    rows = approval.act("ld-yte", "sonla_quarantine_list", source_id=world["id"])
    assert rows["count"] == 0


def test_a_draft_of_the_officers_is_left_alone(world: Any, site: Site):
    running.approve(running.run(world["id"]))
    approval.act("cb-yte", "sonla_revision_open", dataset_id="chuyen-bay")
    asked = len(site.asked)
    refused = approval.refusal("cb-yte", "harvest_job_create", source_id=world["id"])
    assert "open" in str(refused["source_id"])
    assert len(site.asked) == asked


def test_what_the_leader_sent_back_is_filled_anew(world: Any, site: Site):
    running.approve(running.run(world["id"]))
    give(site, ROWS[1:])
    first = running.run(world["id"])
    approval.act(
        "ld-yte", "sonla_revision_return", id=first["revision_id"], comment="Thiếu 1."
    )
    give(site, [*ROWS, {**ROWS[0], "id": 21}])
    second = running.run(world["id"])
    assert second["revision_id"] == first["revision_id"]
    assert (second["added"], second["deleted"]) == (1, 0)
    running.approve(second)
    assert len(running.public_rows()) == 21


def test_one_run_of_a_source_at_a_time(world: Any, site: Site):
    running.ask(world["id"])
    refused = approval.refusal("cb-yte", "harvest_job_create", source_id=world["id"])
    assert "goes on already" in str(refused["source_id"])
    first = running.work(world["id"])
    working.work(first["id"])
    assert len(running.ledger(world["id"])) == 1


def test_the_ledger_is_for_the_agency_and_the_office(world: Any, staff: Any):
    running.run(world["id"])
    for name in ("sonla_harvest_run_list", "sonla_quarantine_list"):
        for role in ("officer", "leader", "operator", "auditor"):
            found = approval.act(staff[role], name, source_id=world["id"])
            assert "cb-yte" not in json.dumps(found)
        for user in (staff["office_leader"], None):
            assert approval.refusal(user, name, source_id=world["id"]) == "403"


def test_a_source_without_a_dataset_of_its_agency_is_refused_in_words(
    staff: Any, site: Site
):
    config = {"dataset": "khong-co"}
    source = running.source(f"{site.address}/rows", config)
    refused = approval.refusal("cb-yte", "harvest_job_create", source_id=source["id"])
    assert "no dataset khong-co" in str(refused["source_id"])


# A standing approval


def test_under_a_standing_approval_a_run_publishes_by_itself(world: Any, site: Site):
    running.approve(running.run(world["id"]))
    shown = approval.act("ld-yte", "harvest_source_show", id=world["id"])
    approval.act(
        "ld-yte",
        "sonla_harvest_approve",
        source_id=world["id"],
        digest=shown["standing_approval"]["digest"],
    )
    give(site, [{**ROWS[0], "dest": "Hà Nội"}, *ROWS[1:]])
    second = running.run(world["id"])
    assert (second["outcome"], second["reasons"]) == ("published", [])
    assert running.public_rows()[0]["noi_den"] == "Hà Nội"
    # Outside its limits the leader has it before her.
    give(site, ROWS[:10])
    third = running.run(world["id"])
    assert third["outcome"] == "submitted"
    assert "fewer_rows" in codes(third)
    assert len(running.public_rows()) == 20
