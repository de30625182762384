# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""Invariants 4 and 6: a run that is killed anywhere comes to the same table.

Two sources read the same table of an agency into two datasets. The runs of one are
killed at every place where a process may die, those of the other are not; the digests
of what is public (docs/digest.md) are the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ckan import model
from ckanext.sonla.harvesting.runs import recovering, spool, working
from ckanext.sonla.harvesting.runs.model import HarvestRun
from ckanext.sonla.shared import faults
from tests.approval import crashes
from tests.factories import approval

from . import running

if TYPE_CHECKING:
    from collections.abc import Iterable

SOME = 100
KILLED, WHOLE = "chuyen-bay", "chuyen-khac"
# The pages of a run: a page is written and not counted, then written again.
PAGES = ("page_written", "page_counted", "page_written")
# Behind them, in the order in which a run comes to them.
THEN = (
    *("read_whole", "checked", "opened", "revision_noted", "uploaded"),
    *("rows_loaded", "sent", "judged", "run_ended"),
)


def test_a_run_is_killed_at_every_place_of_the_code():
    assert {*PAGES, *THEN} == set(faults.declared()["harvest"])


@pytest.fixture
def agency(at_home: None, postgresql: dict[str, Any]) -> Any:
    """Return what executes SQL in the agency's database, where its table is filled."""
    execute = postgresql["cursor"].execute
    execute("DROP TABLE IF EXISTS co_quan.chuyen")
    execute(
        "CREATE TABLE co_quan.chuyen (id int PRIMARY KEY, carrier text, dest text,"
        " distance numeric, time_hour timestamp, sua int, xoa bool DEFAULT false)"
    )
    execute(
        "INSERT INTO co_quan.chuyen SELECT n, 'VN', 'Nơi ' || n %% 63, n / 4.0,"
        " timestamp '2026-01-01' + n * interval '1 minute', n"
        " FROM generate_series(1, %s) n",
        (SOME,),
    )
    return execute


@pytest.fixture
def twins(
    staff: Any, key_file: Any, postgresql: Any, agency: Any, monkeypatch: Any
) -> dict[str, str]:
    """Return the ids of two sources that read the same, by their dataset."""
    monkeypatch.setattr(recovering, "CRASHES", 99)
    auth = {"type": "password", "user": postgresql["user"]}
    config = {
        "from": "co_quan.chuyen",
        "auth": {**auth, "password": postgresql["password"]},
        "tls": {"verify": False},
        "limits": {"page_rows": 30},
        "incremental": {"field": "sua", "deleted": "xoa"},
    }
    found = {}
    for name in (KILLED, WHOLE):
        running.dataset(name=name)
        source = running.source(
            postgresql["url"],
            {**config, "dataset": name},
            source_type="sonla_sql",
            name=f"nguon-{name}",
        )
        found[name] = source["id"]
    return found


def killed(source_id: str, places: Iterable[str]) -> dict[str, Any]:
    """Let a run be killed at place after place, and return the ledger of its end."""
    running.ask(source_id)
    run_id = HarvestRun.open_of(source_id).id
    for place in places:
        assert crashes.killed_at(place, lambda: working.work(run_id)), place
        if place in faults.declared()["switch"]:
            crashes.recover()
        running.recover(source_id)
    model.Session.remove()
    if HarvestRun.open_of(source_id) is not None:
        running.work(source_id)
    return running.last(source_id)


def revisions(name: str) -> int:
    """Return how many revisions a dataset has had."""
    found = approval.act("cb-yte", "sonla_revision_list", dataset_id=name)
    return found["count"]


def same(twins: dict[str, str], places: Iterable[str]) -> tuple[dict[str, Any], Any]:
    """Run both, one of them killed; what is public in the end is the same."""
    one, other = killed(twins[KILLED], places), running.run(twins[WHOLE])
    told = ("outcome", "mode", "read", "added", "updated", "deleted", "unchanged",
            "quarantined", "filtered", "pages", "rows_after")  # fmt: skip
    assert [one[name] for name in told] == [other[name] for name in told]
    assert (one["crashes"] > 0, other["crashes"]) == (True, 0)
    for run in (one, other):
        if run["outcome"] == "submitted":
            running.approve(run)
    assert running.table_digest(KILLED) == running.table_digest(WHOLE)
    # Not one more than of the other.
    assert revisions(KILLED) == revisions(WHOLE)
    assert not list(spool.folder().glob(f"{one['id']}*"))
    return one, other


def test_runs_that_are_killed_anywhere_come_to_the_same_table(twins: Any, agency: Any):
    found, _ = same(twins, [*PAGES, *THEN])
    assert (found["mode"], found["read"], found["pages"]) == ("full", SOME, 4)
    # Rows come and change.
    agency(
        "UPDATE co_quan.chuyen SET dest = 'Sơn La', sua = 200 + id WHERE id <= 40;"
        "INSERT INTO co_quan.chuyen SELECT n, 'VJ', 'Huế', 1, NULL, 200 + n"
        " FROM generate_series(101, 120) n"
    )
    found, _ = same(twins, [*PAGES, *THEN])
    told = ("mode", "read", "added", "updated", "unchanged")
    assert [found[name] for name in told] == ["incremental", 60, 20, 40, 0]
    # Rows go: none is uploaded, they are taken out of the draft's table.
    agency("UPDATE co_quan.chuyen SET xoa = true, sua = 400 + id WHERE id > 80")
    found, _ = same(twins, ["page_written", "opened", "rows_loaded", "sent"])
    assert (found["mode"], found["deleted"]) == ("incremental", 40)
    assert running.table_digest(KILLED)[1] == 80
    # Some go while others change: what changed is read first, and then the whole.
    agency(
        "UPDATE co_quan.chuyen SET xoa = true, sua = 600 + id WHERE id <= 5;"
        "UPDATE co_quan.chuyen SET dest = 'Hà Nội', sua = 600 + id WHERE id = 9"
    )
    found, _ = same(twins, ["read_whole", "page_counted", "page_counted", "checked"])
    assert (found["mode"], found["deleted"], found["updated"]) == ("full", 5, 1)


def test_a_standing_approval_publishes_a_killed_run_once(twins: Any, agency: Any):
    for name in (KILLED, WHOLE):
        running.approve(running.run(twins[name]))
        shown = approval.act("ld-yte", "harvest_source_show", id=twins[name])
        digest = shown["standing_approval"]["digest"]
        ask = {"source_id": twins[name], "digest": digest}
        approval.act("ld-yte", "sonla_harvest_approve", **ask)
    agency("UPDATE co_quan.chuyen SET dest = 'Sơn La', sua = 200 WHERE id = 7")
    # Between the tables' renaming and CKAN's commit whoever starts next decides.
    found, other = same(twins, ["sent", "prepared", "run_ended"])
    assert (found["outcome"], other["outcome"]) == ("published", "published")
    assert running.table_digest(KILLED)[1] == SOME
