"""Paging that never ends, or leads elsewhere; and a source that stops half-way."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.harvesting import running

from .conftest import ROWS, spooled
from .fault import PAGES, Fault, answer, asked

if TYPE_CHECKING:
    from .conftest import World

BY_PAGE = {"paging": {"type": "page"}}
CURSOR = {
    "records": "items",
    "paging": {"type": "cursor", "path": "next", "parameter": "c"},
}


def numbered(count: int) -> Any:
    """Return pages without end, each with other rows."""

    def page(handler: Any) -> None:
        number = int(asked(handler)["page"])
        rows = [{"id": number * 1000 + n} for n in range(count)]
        handler.reply(200, json.dumps(rows).encode())

    return page


def leading_back(handler: Any) -> None:
    following = "b" if asked(handler).get("c") != "b" else "a"
    told = {"items": [{"id": handler.path}], "next": following}
    handler.reply(200, json.dumps(told).encode())


def by_offset(handler: Any) -> None:
    start = int(asked(handler).get("offset", 0))
    handler.reply(200, json.dumps(ROWS[start : start + 5]).encode())


def out_of_order(handler: Any) -> None:
    """Stop half-way: the third page is never there."""
    if "offset=10" in handler.path:
        handler.reply(503, b"")
    else:
        by_offset(handler)


OFFSET = {"paging": {"type": "offset", "limit": 5}}
FAULTS = {
    "Pages without end": Fault("too_many_pages", numbered(1), BY_PAGE, requests=21),
    "Rows without end": Fault("too_many_rows", numbered(400), BY_PAGE, requests=3),
    "The same page for ever": Fault("same_page", answer(ROWS), BY_PAGE, requests=2),
    "A cursor that leads back": Fault("loop", leading_back, CURSOR, requests=3),
    "A next page on another server": Fault(
        "other_server",
        answer({"rows": ROWS, "next": "http://khac.example/rows"}),
        {"records": "rows", "paging": {"type": "next_link", "path": "next"}},
    ),
    "A total that is no number": Fault(
        "paging",
        answer({"rows": ROWS, "total": "nhiều"}),
        {
            "records": "rows",
            "paging": {"type": "offset", "limit": 5, "total": "total"},
        },
    ),
    "A row without the field of incremental": Fault(
        "incremental_value",
        answer([{"id": 1}, {"khac": 2}]),
        {"incremental": {"parameter": "since", "field": "id"}},
    ),
    "A source that stops half-way": Fault(
        "failing", out_of_order, OFFSET, kept=PAGES, requests=5
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_run_ends_and_says_why(world: World, name: str):
    fault = FAULTS[name]
    before = world.public()
    found = world.meets(fault)
    assert found["outcome"] == "failed"
    assert found["reasons"][0]["problem"] == fault.code
    assert len(world.site.asked) == found["requests"] == fault.requests
    assert world.public() == before
    assert spooled(found).exists() is (fault.kept == PAGES)


def test_what_was_read_before_it_is_not_asked_for_again(world: World):
    first = world.meets(FAULTS["A source that stops half-way"])
    assert (first["read"], first["pages"], first["retries"]) == (10, 2, 2)
    assert spooled(first).exists()
    second = world.meets(Fault("", by_offset, OFFSET))
    assert (second["outcome"], second["read"], second["pages"]) == ("unchanged", 20, 5)
    assert "offset=10" in world.site.asked[0][0]
    assert len(world.site.asked) == 3
    assert not spooled(first).exists()
    assert not spooled(second).exists()
    assert running.last(world.source["id"])["id"] == second["id"]
