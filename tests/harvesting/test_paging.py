"""Sources over HTTP, read page by page: every row once, wherever a run goes on."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from .conftest import LIMITS
from .faults.fault import answer, asked
from .reading import pages, rows_of

if TYPE_CHECKING:
    from .conftest import Site

ROWS = [{"ma": f"X{number:03}", "so": number} for number in range(25)]


def by_offset(handler: Any) -> None:
    told = asked(handler)
    start, most = int(told["offset"]), int(told["limit"])
    handler.reply(200, json.dumps(ROWS[start : start + most]).encode())


def by_page(handler: Any) -> None:
    number = int(asked(handler)["page"])
    rows = ROWS[(number - 1) * 10 : number * 10]
    handler.reply(200, json.dumps({"data": {"rows": rows}, "pages": 3}).encode())


def by_cursor(handler: Any) -> None:
    start = int(asked(handler).get("after", 0))
    following = start + 10 if start + 10 < len(ROWS) else None
    told = {"items": ROWS[start : start + 10], "next": following}
    handler.reply(200, json.dumps(told).encode())


def by_link(handler: Any) -> None:
    start = int(asked(handler).get("from", 0))
    link = {"Link": f'</rows?from={start + 10}>; rel="next"'} if start < 20 else {}
    handler.reply(200, json.dumps(ROWS[start : start + 10]).encode(), **link)


PAGED: dict[str, tuple[Any, dict[str, Any]]] = {
    "offset": (by_offset, {"paging": {"type": "offset", "limit": 10}}),
    "page": (
        by_page,
        {"records": "data.rows", "paging": {"type": "page", "total": "pages"}},
    ),
    "cursor": (
        by_cursor,
        {
            "records": "items",
            "paging": {"type": "cursor", "path": "next", "parameter": "after"},
        },
    ),
    "link_header": (by_link, {"paging": {"type": "link_header"}}),
    "single": (answer(ROWS), {"limits": replace(LIMITS, page_rows=10)}),
}


@pytest.mark.parametrize("kind", PAGED)
def test_every_way_of_paging_gives_every_row_once(site: Site, kind: str):
    site.answers["/rows"], config = PAGED[kind]
    found = pages(f"{site.address}/rows", **config)
    assert rows_of(found) == ROWS
    assert [page.last for page in found] == [*[False] * (len(found) - 1), True]
    assert len(found) >= 3


def test_a_page_tells_how_long_the_source_took_to_its_end(site: Site):
    def slowly(handler: Any) -> None:
        body = json.dumps(ROWS).encode()
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[:10])
        time.sleep(0.2)
        handler.wfile.write(body[10:])

    site.answers["/rows"] = slowly
    (page,) = pages(f"{site.address}/rows")
    assert page.seconds >= 0.2


@pytest.mark.parametrize("kind", [kind for kind in PAGED if kind != "single"])
def test_a_run_goes_on_behind_any_page_as_if_it_had_not_stopped(site: Site, kind: str):
    site.answers["/rows"], config = PAGED[kind]
    url = f"{site.address}/rows"
    whole = pages(url, **config)
    for number, page in enumerate(whole[:-1], 1):
        # As the ledger keeps it.
        checkpoint = json.loads(json.dumps(page.checkpoint))
        rest_of_it = pages(url, checkpoint=checkpoint, **config)
        assert rows_of(rest_of_it) == rows_of(whole[number:])


def test_an_unchanged_source_costs_one_request(site: Site):
    def tagged(handler: Any) -> None:
        if handler.headers.get("If-None-Match") == '"v1"':
            handler.reply(304, b"")
        else:
            handler.reply(200, json.dumps(ROWS).encode(), ETag='"v1"')

    site.answers["/rows"] = tagged
    (page,) = pages(f"{site.address}/rows")
    (same,) = pages(f"{site.address}/rows", checkpoint=page.checkpoint)
    assert (same.unchanged, same.last, same.rows, same.requests) == (True, True, [], 1)
    (again,) = pages(f"{site.address}/rows", checkpoint=same.checkpoint)
    assert again.unchanged


def test_only_what_changed_is_asked_for(site: Site):
    site.answers["/rows"] = answer(ROWS)
    by_field = {"incremental": {"parameter": "since", "field": "ma", "start": "X"}}
    (page,) = pages(f"{site.address}/rows", **by_field)
    pages(f"{site.address}/rows", checkpoint=page.checkpoint, **by_field)
    assert [path for path, _ in site.asked] == ["/rows?since=X", "/rows?since=X024"]
    by_time = {"incremental": {"parameter": "since"}}
    (page,) = pages(f"{site.address}/rows", **by_time)
    pages(f"{site.address}/rows", checkpoint=page.checkpoint, **by_time)
    assert site.asked[-2][0] == "/rows"
    assert "since=20" in site.asked[-1][0]


def test_csv_and_xml_are_read_row_by_row(site: Site):
    site.answers["/csv"] = lambda handler: handler.reply(
        200, "\ufeffmã;tên\n1;Mộc Châu\n2;a;b\n".encode(), "text/csv"
    )
    found = pages(f"{site.address}/csv", format="csv", csv={"delimiter": ";"})
    assert rows_of(found) == [
        {"mã": "1", "tên": "Mộc Châu"},
        {"mã": "2", "tên": "a", "+": ["b"]},
    ]
    site.answers["/xml"] = lambda handler: handler.reply(
        200,
        '<x:bang xmlns:x="urn:x"><x:dong id="1"><ten>Yên Châu</ten><o><p>1</p></o>'
        "</x:dong><x:dong/></x:bang>".encode(),
        "text/xml",
    )
    found = pages(f"{site.address}/xml", format="xml", records="bang.dong")
    assert rows_of(found) == [{"@id": "1", "ten": "Yên Châu", "o": {"p": "1"}}, {}]
