# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""Rows are staged once: the load takes over what the check has staged."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest

import ckan.plugins.toolkit as tk
from ckanext.sonla.intake import datastore, kept, staging
from tests.factories import approval

from . import running
from .test_runs import ROWS, give

if TYPE_CHECKING:
    from .conftest import Site

# Two rows that break a rule stand among the others.
SOME = [
    {**row, "carrier": None} if row["id"] in (3, 11) else row for row in ROWS
]  # fmt: skip


@pytest.fixture
def source(staff: dict[str, str], site: Site) -> dict[str, Any]:
    running.dataset()
    give(site, SOME)
    return running.source(f"{site.address}/rows", {})


def left() -> list[str]:
    """Return the tables that no run and no load may leave."""
    with datastore.writing() as connection:
        cursor = datastore.cursor_of(connection)
        cursor.execute("SELECT relname FROM pg_class WHERE relname LIKE '\\_sonla\\_%'")
        return [name for (name,) in cursor.fetchall()]


def drafted(run: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the draft's rows with the numbers that the DataStore gave them."""
    revision = approval.act("cb-yte", "sonla_revision_show", id=run["revision_id"])
    (resource,) = approval.show(revision["package_id"])["resources"]
    asked = {"resource_id": resource["id"], "sort": "_id", "limit": 100}
    return approval.act("cb-yte", "datastore_search", **asked)["records"]


def test_the_file_is_read_by_nobody_once_its_rows_are_checked(
    source: Any, monkeypatch: Any
):
    monkeypatch.setattr(staging, "fill", None)
    found = running.run(source["id"])
    assert (found["outcome"], found["quarantined"]) == ("submitted", 2)
    assert [row["_id"] for row in drafted(found)] == list(range(1, 19))
    assert left() == []


def test_without_what_was_kept_the_file_gives_the_same_rows(
    source: Any, monkeypatch: Any
):
    usual = drafted(running.run(source["id"]))
    revision = running.last(source["id"])["revision_id"]
    revision = approval.act("ld-yte", "sonla_revision_show", id=revision)
    approval.act(
        "ld-yte", "sonla_revision_return", id=revision["id"], comment="Xem lại."
    )
    monkeypatch.setattr(kept, "take", lambda *_: None)
    assert drafted(running.run(source["id"])) == usual
    assert left() == []


def test_runs_that_change_nothing_or_fail_keep_nothing(source: Any, site: Site):
    running.approve(running.run(source["id"]))
    assert running.run(source["id"])["outcome"] == "unchanged"
    assert left() == []
    give(site, [])
    assert running.run(source["id"])["outcome"] == "failed"
    assert left() == []


def test_what_nobody_came_for_goes_after_two_days(with_plugins: None):
    with datastore.writing() as connection:
        cursor = datastore.cursor_of(connection)
        for token, day in (("cu", 1), ("moi", 23)):
            cursor.execute(f"CREATE UNLOGGED TABLE _sonla_kept_{token} (a int)")
            told = json.dumps({"kept": f"2026-01-{day:02}T00:00:00Z", "columns": []})
            cursor.execute(f"COMMENT ON TABLE _sonla_kept_{token} IS '{told}'")
    age = kept.clock.now() - dt.datetime(2026, 1, 20, tzinfo=dt.UTC)
    assert kept.sweep(age) == 1
    assert left() == ["_sonla_kept_moi"]
    assert kept.sweep(dt.timedelta()) == 1


def test_a_source_is_not_held_to_the_limits_of_what_people_upload(
    source: Any, ckan_config: Any, monkeypatch: Any
):
    for limit in ("ckan.max_resource_size", "sonla.policy.intake_bytes"):
        monkeypatch.setitem(ckan_config, limit, 0)
    monkeypatch.setitem(ckan_config, "sonla.policy.intake_rows", 5)
    found = running.run(source["id"])
    assert (found["outcome"], found["added"]) == ("submitted", 18)
    draft = approval.draft(running.office(), file=None)
    with pytest.raises(tk.ValidationError) as refused:
        approval.upload(running.office(), draft["package_id"], b"a,b\n1,2\n")
    assert "upload" in refused.value.error_dict
