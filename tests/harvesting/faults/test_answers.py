"""Answers over HTTP that hold no rows, each in a run of a source that is public."""

from __future__ import annotations

import gzip
import socket
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories import approval
from tests.harvesting.test_source_pages import Reader

from .conftest import ROWS, spooled
from .fault import Fault, answer, body

if TYPE_CHECKING:
    from .conftest import World


def half(handler: Any) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'[{"id": 1')
    handler.wfile.flush()
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def drip(handler: Any) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.1)


def dripping_headers(handler: Any) -> None:
    for letter in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 100:
        handler.wfile.write(bytes([letter]))
        handler.wfile.flush()
        time.sleep(0.05)


def silence(_handler: Any) -> None:
    time.sleep(0.8)


BOMB = gzip.compress(b" " * 30_000_000, 1)
SENT: list[int] = []


def bomb(handler: Any) -> None:
    handler.reply(200, BOMB, Content_Encoding="gzip")


def endless(handler: Any) -> None:
    """Go on for ever, as an answer of ten gigabytes would for hours."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    SENT.append(0)
    while True:
        SENT[-1] += handler.wfile.write(b" " * 65_536)


def told_too_big(handler: Any) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "10000000000")
    handler.end_headers()


ENTITY = (
    b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><r><v>&x;</v></r></a>'
)
XML = {"format": "xml", "records": "a.r"}
SLOW: dict[str, Any] = {"settings": {"attempts": 1}, "is_tried": False}
AGAIN: dict[str, Any] = {"kept": "the pages before it", "requests": 3}

FAULTS = {
    "500 each time": Fault("failing", answer({}, 500), **AGAIN),
    "429 each time": Fault("busy", answer({}, 429, Retry_After="1"), **AGAIN),
    "401, 403": Fault("not_allowed", answer({}, 401)),
    "404, 410": Fault("not_found", answer({}, 404)),
    "Another status": Fault("status", answer({}, 418)),
    "Half a body": Fault("cut", half, **AGAIN),
    "A page to log in": Fault(
        "web_page", body(b"<!DOCTYPE html><title>Log in</title>", "text/html")
    ),
    "Another content type": Fault("content_type", body(b"%PDF", "application/pdf")),
    "No JSON": Fault("not_readable", body(b"[{")),
    "Half a character in JSON": Fault("not_readable", body(b'[{"id": "\\udcff"}]')),
    "JSON nested a hundred thousand deep": Fault(
        "not_readable", body(b"[" * 200_000), {"paging": {"type": "page"}}
    ),
    "XML with a DOCTYPE": Fault("not_readable", body(ENTITY, "text/xml"), XML),
    "XML cut off": Fault("not_readable", body(b"<a><r>", "text/xml"), XML),
    "CSV in another encoding": Fault(
        "not_readable", body(b"a,b\n\xff\xfe,1\n", "text/csv"), {"format": "csv"}
    ),
    "No list where the rows should be": Fault(
        "no_records", answer({"loi": 1}), {"records": "data"}
    ),
    "A list of something else": Fault("no_rows", answer(["a"])),
    "A column name twice in CSV": Fault(
        "columns_twice", body(b"id,id\n1,2\n", "text/csv"), {"format": "csv"}
    ),
    "A slow drip": Fault("too_slow", drip, kept="the pages before it", **SLOW),
    "A slow drip of headers": Fault(
        "too_slow", dripping_headers, kept="the pages before it", **SLOW
    ),
    "Silence": Fault("too_slow", silence, kept="the pages before it", **SLOW),
    "A gzip bomb": Fault("too_big", bomb),
    "An answer without end": Fault("too_big", endless),
    "An answer of 10 GB, as its header says": Fault("too_big", told_too_big),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_run_says_what_to_do_and_changes_nothing(
    world: World, name: str, ckan_config: Any, monkeypatch: Any
):
    fault = FAULTS[name]
    for option, value in fault.settings.items():
        monkeypatch.setitem(ckan_config, f"sonla.harvesting.{option}", value)
    before, began = world.public(), time.monotonic()
    found = world.meets(fault)
    assert time.monotonic() - began < 6
    assert found["outcome"] == "failed"
    assert [one["code"] for one in found["reasons"]] == ["source"]
    assert found["reasons"][0]["problem"] == fault.code
    assert len(world.site.asked) == fault.requests
    assert (found["requests"], found["retries"]) == (
        fault.requests,
        fault.requests - 1,
    )
    assert world.public() == before
    assert not spooled(found).exists()
    if fault.is_tried and fault.requests == 1:
        ask = {"source_id": world.source["id"]}
        tried = approval.act("cb-yte", "sonla_harvest_test", **ask)
        assert tried["problem"] == fault.code
        refused = approval.refusal("cb-yte", "sonla_harvest_preview", **ask)
        assert refused["source_id"] == [tried["message"]]


def test_of_an_answer_without_end_only_the_limit_is_read(world: World):
    SENT.clear()
    found = world.meets(FAULTS["An answer without end"])
    limit = 1_000_000
    assert limit < found["bytes"] < limit + 200_000
    # The rest lay in the buffers of two sockets.
    assert SENT[0] < limit + 20_000_000


def test_a_source_that_fails_and_then_answers_is_read_and_its_retries_are_counted(
    world: World,
):
    answers = [answer({}, 503), answer({}, 500), answer(ROWS)]

    def next_one(handler: Any) -> None:
        answers.pop(0)(handler)

    found = world.meets(Fault("", next_one))
    assert (found["outcome"], found["read"]) == ("unchanged", 20)
    assert (found["requests"], found["retries"]) == (3, 2)


@pytest.mark.parametrize(("told", "longest"), [("1", 5), ("3600", 1)])
def test_retry_after_is_heeded_but_no_longer_than_the_operator_waits(
    world: World, ckan_config: Any, monkeypatch: Any, told: str, longest: int
):
    monkeypatch.setitem(ckan_config, "sonla.harvesting.longest_wait", longest)
    answers = [answer({}, 429, Retry_After=told), answer(ROWS)]
    moments: list[float] = []

    def next_one(handler: Any) -> None:
        moments.append(time.monotonic())
        answers.pop(0)(handler)

    found = world.meets(Fault("", next_one))
    assert (found["outcome"], found["retries"]) == ("unchanged", 1)
    assert 1 <= moments[1] - moments[0] < 2.5


def test_the_ledger_and_its_page_say_it_in_vietnamese(world: World, app: Any):
    world.meets(FAULTS["500 each time"])
    reader = Reader(app, "cb-yte")
    asked = f"/api/3/action/sonla_harvest_run_list?source_id={world.source['id']}"
    headers = {**reader.headers, "Accept-Language": "vi"}
    found = app.get(asked, headers=headers).json["result"]["results"][0]
    sentence = found["reasons"][0]["sentence"]
    assert "HTTP 500" in sentence
    assert "source" not in sentence
    page = app.get(f"/vi/harvesting/{world.source['name']}/runs", headers=headers)
    assert sentence in page.body
