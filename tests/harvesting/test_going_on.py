# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""Runs whose process is killed, or whose source goes away, go on without duplicates."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from ckan import model
from ckanext.sonla.harvesting.runs import working
from ckanext.sonla.harvesting.runs.model import HarvestRun
from ckanext.sonla.shared import faults
from tests.approval import crashes

from . import running
from .test_runs import ROWS, codes

if TYPE_CHECKING:
    from .conftest import Site


def paged(site: Site, size: int = 5) -> None:
    def answer(handler: Any) -> None:
        start = int(dict(parse_qsl(urlsplit(handler.path).query)).get("offset", 0))
        handler.reply(200, json.dumps(ROWS[start : start + size]).encode())

    site.answers["/rows"] = answer


PAGED = {"paging": {"type": "offset", "limit": 5}}


@pytest.fixture
def pages(staff: dict[str, str], site: Site) -> dict[str, Any]:
    """Return a source that gives its rows in four pages."""
    running.dataset()
    paged(site)
    return running.source(f"{site.address}/rows", PAGED)


def test_a_run_that_is_killed_wherever_it_is_goes_on_without_duplicates(
    pages: Any, site: Site, monkeypatch: Any
):
    monkeypatch.setattr(working, "CRASHES", 99)
    running.ask(pages["id"])
    run_id = str(HarvestRun.open_of(pages["id"]).id)
    places = ["page_written", *["page_counted"] * 3, "page_written"]
    places += [one for one in faults.declared()["harvest"] if "page" not in one]
    for place in places:
        assert crashes.killed_at(place, lambda: working.work(run_id)), place
        running.recover(pages["id"])
    found = running.work(pages["id"])
    assert found["crashes"] > 5
    assert (found["outcome"], found["read"], found["added"]) == ("submitted", 20, 20)
    assert len(asked_for(site)) == len(set(asked_for(site))) + 2
    running.approve(found)
    assert [row["ma"] for row in running.public_rows()] == list(range(1, 21))


def asked_for(site: Site) -> list[str]:
    """Return the pages that the source was asked for, a second time those not kept."""
    return [dict(parse_qsl(urlsplit(path).query))["offset"] for path, _ in site.asked]


def test_a_run_that_dies_again_and_again_ends_and_says_so(pages: Any, site: Site):
    running.ask(pages["id"])
    run_id = str(HarvestRun.open_of(pages["id"]).id)
    for _ in range(working.CRASHES):
        HarvestRun.get(run_id).state = "running"
        model.Session.commit()
        working.catch_up(dt.timedelta(0))
    found = running.last(pages["id"])
    assert (found["outcome"], codes(found)) == ("failed", ["broken_off"])


def test_after_an_outage_the_next_run_goes_on_behind_what_was_read(
    pages: Any, site: Site, ckan_config: Any, monkeypatch: Any
):
    good = site.answers["/rows"]

    def failing(handler: Any) -> None:
        if "offset=10" in handler.path:
            handler.reply(503, b"")
        else:
            good(handler)

    site.answers["/rows"] = failing
    monkeypatch.setitem(ckan_config, "sonla.harvesting.attempts", 2)
    monkeypatch.setitem(ckan_config, "sonla.harvesting.first_wait", 0.01)
    first = running.run(pages["id"])
    assert (first["outcome"], first["reasons"][0]["code"]) == ("failed", "source")
    assert first["read"] == 10
    site.answers["/rows"] = good
    site.asked.clear()
    second = running.run(pages["id"])
    assert (second["outcome"], second["read"]) == ("submitted", 20)
    assert "offset=10" in site.asked[0][0]
    running.approve(second)
    assert [row["ma"] for row in running.public_rows()] == list(range(1, 21))
