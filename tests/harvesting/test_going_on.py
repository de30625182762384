# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""Runs whose source goes away, or whose process always dies, end and go on."""

from __future__ import annotations

import datetime as dt
import json
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from ckan import model
from ckanext.sonla.harvesting.runs import recovering, schedule
from ckanext.sonla.harvesting.runs.model import HarvestRun
from tests.approval import crashes

from . import running
from .conftest import open_site
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


def test_a_run_that_dies_again_and_again_ends_and_says_so(pages: Any, site: Site):
    running.ask(pages["id"])
    run_id = str(HarvestRun.open_of(pages["id"]).id)
    for _ in range(recovering.CRASHES):
        HarvestRun.get(run_id).state = "running"
        model.Session.commit()
        recovering.catch_up(dt.timedelta(0))
    found = running.last(pages["id"])
    assert (found["outcome"], codes(found)) == ("failed", ["broken_off"])


def stopping(site: Site) -> None:
    """Let the source's server be stopped when it is asked for the third page."""
    good = site.answers["/rows"]

    def answer(handler: Any) -> None:
        if "offset=10" not in handler.path:
            good(handler)
            return
        site.shutdown()
        site.server_close()
        handler.connection.shutdown(socket.SHUT_RDWR)
        handler.close_connection = True

    site.answers["/rows"] = answer


def test_a_source_that_is_stopped_half_way_and_comes_back(
    pages: Any, site: Site, impatient: None
):
    """Killed while the next run takes over what was read, it is read anew."""
    port = site.server_address[1]
    stopping(site)
    first = running.run(pages["id"])
    assert (first["outcome"], first["read"]) == ("failed", 10)
    assert first["reasons"][0]["problem"] == "unreachable"
    ask = lambda: running.ask(pages["id"])  # noqa: E731
    assert crashes.killed_at("taken_over", ask)
    assert HarvestRun.open_of(pages["id"]) is None
    # Its job is there, and the tick gives it a run.
    schedule.adopt()
    with open_site(port) as back:
        paged(back)
        second = running.work(pages["id"])
        assert (second["outcome"], second["read"]) == ("submitted", 20)
        running.approve(second)
        # Of a source that was never away, into another dataset, the table is the same.
        running.dataset(name="chuyen-khac")
        config = {**PAGED, "dataset": "chuyen-khac"}
        other = running.source(f"{back.address}/rows", config, name="nguon-khac")
        running.approve(running.run(other["id"]))
    assert running.table_digest("chuyen-bay") == running.table_digest("chuyen-khac")


def test_after_an_outage_the_next_run_goes_on_behind_what_was_read(
    pages: Any, site: Site, impatient: None
):
    good = site.answers["/rows"]

    def failing(handler: Any) -> None:
        if "offset=10" in handler.path:
            handler.reply(503, b"")
        else:
            good(handler)

    site.answers["/rows"] = failing
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
