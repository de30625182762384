"""How a source knows the portal: every way to authenticate, on every page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ckanext.sonla.harvesting.problems import SourceProblem

from .faults.fault import answer, asked
from .reading import pages, rows_of
from .test_paging import ROWS, by_offset

if TYPE_CHECKING:
    from .conftest import Site

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
    with pytest.raises(SourceProblem) as caught:
        pages(f"{site.address}/rows", {"client_secret": "x"}, auth=auth)
    assert caught.value.code == "token"
