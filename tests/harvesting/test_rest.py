"""Sources over HTTP that misbehave: each ends in a sentence that says what to do."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ckanext.sonla.harvesting import rest
from ckanext.sonla.harvesting.problems import SourceProblem

from .conftest import LIMITS, OWNED, Site

ROWS = [{"ma": f"X{number:03}", "so": number} for number in range(25)]


def pages(url: str, secrets: Any = None, checkpoint: Any = None, **more: Any) -> list:
    limits = more.pop("limits", LIMITS)
    config = {**OWNED, **more}
    return list(rest.pull(url, config, secrets or {}, checkpoint, limits))


def rows_of(found: list) -> list[dict[str, Any]]:
    return [row for page in found for row in page.rows]


def problem(*args: Any, **more: Any) -> SourceProblem:
    with pytest.raises(SourceProblem) as caught:
        pages(*args, **more)
    assert caught.value.words()
    return caught.value


def asked(handler: Any) -> dict[str, str]:
    return {
        name: values[0]
        for name, values in parse_qs(urlsplit(handler.path).query).items()
    }


def answer(value: Any, status: int = 200, **headers: str) -> Any:
    return lambda handler: handler.reply(status, json.dumps(value).encode(), **headers)


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
