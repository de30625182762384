"""Sources over HTTP that misbehave: each ends in a sentence that says what to do."""

from __future__ import annotations

import gzip
import json
import socket
import time
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ckanext.sonla.harvesting import rest
from ckanext.sonla.harvesting.problems import SourceProblem

from . import certificates
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


# What a source may answer, and what is said of it


def login(handler: Any) -> None:
    handler.reply(200, b"<!DOCTYPE html><title>Log in</title>", "text/html")


def half(handler: Any) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'[{"ma": "X0')
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
    time.sleep(1.5)


BOMB = gzip.compress(b" " * 30_000_000, 1)


def bomb(handler: Any) -> None:
    handler.reply(200, BOMB, Content_Encoding="gzip")


def endless_bytes(handler: Any) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    while True:
        handler.wfile.write(b" " * 65_536)


def told_too_big(handler: Any) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "10000000000")
    handler.end_headers()


def round_and_round(handler: Any) -> None:
    handler.reply(302, b"", Location="/rows")


SMALL = replace(LIMITS, bytes=1_000_000, page_bytes=1_000_000)
FAULTS: dict[str, tuple[Any, dict[str, Any], str]] = {
    "500": (answer({}, 500), {}, "failing"),
    "429": (answer({}, 429, Retry_After="1"), {}, "busy"),
    "401": (answer({}, 401), {}, "not_allowed"),
    "404": (answer({}, 404), {}, "not_found"),
    "418": (answer({}, 418), {}, "status"),
    "half a body": (half, {}, "cut"),
    "a page to log in": (login, {}, "web_page"),
    "another content type": (
        lambda handler: handler.reply(200, b"%PDF", "application/pdf"),
        {},
        "content_type",
    ),
    "no JSON": (lambda handler: handler.reply(200, b"[{"), {}, "not_readable"),
    "a deep nest": (
        lambda handler: handler.reply(200, b"[" * 200_000),
        {"paging": {"type": "page"}},
        "not_readable",
    ),
    "no list": (answer({"loi": 1}), {"records": "data"}, "no_records"),
    "a list of texts": (answer(["a"]), {}, "no_rows"),
    "a slow drip": (drip, {}, "too_slow"),
    "a slow drip of headers": (dripping_headers, {}, "too_slow"),
    "silence": (silence, {}, "too_slow"),
    "a gzip bomb": (bomb, {"limits": SMALL}, "too_big"),
    "bytes without end": (endless_bytes, {"limits": SMALL}, "too_big"),
    "ten gigabytes": (told_too_big, {}, "too_big"),
    "redirects in a ring": (round_and_round, {}, "redirects"),
    "an entity that reads a file": (
        lambda handler: handler.reply(
            200,
            b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
            b"<a><r><v>&x;</v></r></a>",
            "application/xml",
        ),
        {"format": "xml", "records": "a.r"},
        "not_readable",
    ),
    "XML cut off": (
        lambda handler: handler.reply(200, b"<a><r>", "application/xml"),
        {"format": "xml", "records": "a.r"},
        "not_readable",
    ),
    "CSV of other letters": (
        lambda handler: handler.reply(200, b"a,b\n\xff\xfe,1\n", "text/csv"),
        {"format": "csv"},
        "not_readable",
    ),
    "the same page for ever": (
        answer(ROWS),
        {"paging": {"type": "page"}},
        "same_page",
    ),
    "pages without end": (
        lambda handler: handler.reply(
            200, json.dumps([{"ma": asked(handler)["page"]}]).encode()
        ),
        {"paging": {"type": "page"}, "limits": replace(LIMITS, pages=20)},
        "too_many_pages",
    ),
    "rows without end": (
        lambda handler: handler.reply(
            200, json.dumps([{"ma": asked(handler)["page"]}] * 100).encode()
        ),
        {"paging": {"type": "page"}, "limits": replace(LIMITS, rows=500)},
        "too_many_rows",
    ),
    "a cursor that leads back": (
        lambda handler: handler.reply(
            200,
            json.dumps(
                {
                    "items": [{"ma": handler.path}],
                    "next": "b" if asked(handler).get("c") != "b" else "a",
                }
            ).encode(),
        ),
        {
            "records": "items",
            "paging": {"type": "cursor", "path": "next", "parameter": "c"},
        },
        "loop",
    ),
    "a next page on another server": (
        answer({"rows": ROWS, "next": "http://khac.example/rows"}),
        {"records": "rows", "paging": {"type": "next_link", "path": "next"}},
        "other_server",
    ),
    "a total that is no number": (
        answer({"rows": ROWS, "total": "nhiều"}),
        {
            "records": "rows",
            "paging": {"type": "offset", "limit": 5, "total": "total"},
        },
        "paging",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_in_words_that_say_what_to_do(site: Site, fault: str):
    site.answers["/rows"], config, code = FAULTS[fault]
    began = time.monotonic()
    found = problem(f"{site.address}/rows", **config)
    assert found.code == code
    assert time.monotonic() - began < 8
    assert len(site.asked) <= max(LIMITS.attempts, 20) + 1


def test_a_source_that_fails_once_is_asked_again(site: Site):
    answers = [answer({}, 503), answer({}, 429, Retry_After="1"), answer(ROWS)]

    def next_one(handler: Any) -> None:
        answers.pop(0)(handler)

    site.answers["/rows"] = next_one
    (page,) = pages(f"{site.address}/rows")
    assert (len(page.rows), page.requests, page.retries) == (25, 3, 2)


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


def test_a_row_without_the_field_of_incremental_is_a_problem(site: Site):
    site.answers["/rows"] = answer([{"ma": 1}, {"khac": 2}])
    told = {"incremental": {"parameter": "since", "field": "ma"}}
    assert problem(f"{site.address}/rows", **told).code == "incremental_value"


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


AUTHS: dict[str, tuple[dict[str, Any], dict[str, str], Any]] = {
    "basic": (
        {"type": "basic", "user": "tỉnh"},
        {"password": "mật"},
        lambda _path, headers: headers["Authorization"] == "Basic dOG7iW5oOm3huq10",
    ),
    "api_key in a header": (
        {"type": "api_key", "name": "X-Key", "in": "header"},
        {"key": "k"},
        lambda _path, headers: headers["X-Key"] == "k",
    ),
    "api_key in the address": (
        {"type": "api_key", "name": "khoa", "in": "query"},
        {"key": "k"},
        lambda path, _headers: path.count("khoa=k") == 1,
    ),
    "bearer": (
        {"type": "bearer"},
        {"token": "t"},
        lambda _path, headers: headers["Authorization"] == "Bearer t",
    ),
    "header": (
        {"type": "header", "name": "X-Sonla"},
        {"value": "v"},
        lambda _path, headers: headers["X-Sonla"] == "v",
    ),
}


@pytest.mark.parametrize("kind", AUTHS)
def test_every_way_to_authenticate_reaches_every_page(site: Site, kind: str):
    auth, secrets, holds = AUTHS[kind]

    def echoing(handler: Any) -> None:
        """A source that puts the whole address into its next link, the key too."""
        start = int(asked(handler).get("from", 0))
        link = f"{handler.path}{'&' if '?' in handler.path else '?'}from={start + 10}"
        following = {"Link": f'<{link}>; rel="next"'} if start < 20 else {}
        if start:
            following = {
                name: value.replace(f"from={start}&", "")
                for name, value in following.items()
            }
        handler.reply(200, json.dumps(ROWS[start : start + 10]).encode(), **following)

    site.answers["/rows"] = echoing
    found = pages(
        f"{site.address}/rows", secrets, auth=auth, paging={"type": "link_header"}
    )
    assert len(site.asked) >= 2
    assert all(holds(path, headers) for path, headers in site.asked)
    kept = json.dumps([page.checkpoint for page in found])
    assert not any(f"={secret}" in kept for secret in secrets.values())


def test_a_token_is_asked_for_once_and_sent_with_every_request(site: Site):
    def token(handler: Any) -> None:
        assert "client_secret=bi-mat" in handler.body
        told = {"access_token": "the", "expires_in": 3600}
        handler.reply(200, json.dumps(told).encode())

    site.answers |= {"/token": token, "/rows": by_offset}
    auth = {
        "type": "oauth2",
        "token_url": f"{site.address}/token",
        "client_id": "sonla",
    }
    found = pages(
        f"{site.address}/rows",
        {"client_secret": "bi-mat"},
        auth=auth,
        paging={"type": "offset", "limit": 10},
    )
    assert len(rows_of(found)) == 25
    paths = [path.partition("?")[0] for path, _ in site.asked]
    assert paths.count("/token") == 1
    assert all(
        headers["Authorization"] == "Bearer the"
        for path, headers in site.asked
        if path.startswith("/rows")
    )
    site.answers["/token"] = answer({"error": "invalid_client"}, 401)
    told = problem(f"{site.address}/rows", {"client_secret": "x"}, auth=auth)
    assert told.code == "token"


def test_a_secret_follows_no_redirect_to_another_server(site: Site):
    port = site.server_address[1]
    site.answers["/rows"] = lambda handler: handler.reply(
        302, b"", Location=f"http://localhost:{port}/other"
    )
    site.answers["/other"] = answer(ROWS)
    auth = {"type": "header", "name": "X-Key"}
    told = problem(f"{site.address}/rows", {"value": "bi-mat"}, auth=auth)
    assert told.code == "redirects"
    assert [path for path, _ in site.asked] == ["/rows"]
    assert len(rows_of(pages(f"{site.address}/rows"))) == 25


def test_no_proxy_of_the_environment_is_asked(site: Site, monkeypatch: Any):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    site.answers["/rows"] = answer(ROWS)
    assert len(rows_of(pages(f"{site.address}/rows"))) == 25


def test_a_certificate_is_the_names_own(at_home: None, tmp_path: Any):
    """An expired one, one of nobody and another name's are refused; an own CA helps."""
    with certificates.served(tmp_path) as served:
        for kind in ("expired", "self_signed", "other_name"):
            assert problem(served[kind]).code == "tls", kind
        ca = {"tls": {"ca": served["ca"]}}
        for kind in ("expired", "other_name"):
            assert problem(served[kind], **ca).code == "tls", kind
        assert rows_of(pages(served["good"], **ca)) == [{"ma": 1}]
        assert problem(served["good"]).code == "tls"
