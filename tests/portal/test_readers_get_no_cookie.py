"""Article 10.1: free use without identification; readers get no cookie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ckanext.sonla.portal.sessions import BEFORE_LOG_IN

if TYPE_CHECKING:
    from werkzeug.routing import Rule

    from tests.factories.portal import Town


def _values(town: Town) -> dict[str, str]:
    """Return something real for each variable of an address."""
    return {
        "id": town.published["dataset_id"],
        "resource_id": town.resource,
        "code": town.entry,
        "ver": "3",
        "logic_function": "status_show",
    }


def _addresses(site: Any, town: Town) -> list[tuple[str, str]]:
    """Return every GET address of the URL map, with its endpoint."""
    values = _values(town)
    found = []
    with site.flask_app.test_request_context():
        for rule in site.flask_app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()):
                continue
            built = _built(rule, values)
            if built:
                found.append((rule.endpoint, built))
    return found


def _built(rule: Rule, values: dict[str, str]) -> str | None:
    """Return an address of a rule; a variable with a list of values takes `csv`."""
    for other in ("x", "csv"):
        known = {name: values.get(name, other) for name in rule.arguments}
        try:
            built = rule.build({**known, **(rule.defaults or {})}, append_unknown=False)
        except ValueError:
            continue
        return built[1] if built else None
    return None


def test_no_page_sends_a_reader_a_cookie(
    site: Any, town: Town, monkeypatch: pytest.MonkeyPatch
):
    """Over the whole URL map; only the pages before logging in begin a session."""
    # An answer that went wrong counts too; in a test it would be an exception.
    monkeypatch.setitem(site.flask_app.config, "PROPAGATE_EXCEPTIONS", False)
    addresses = _addresses(site, town)
    assert len(addresses) > 150
    guilty = []
    reader = site.flask_app.test_client(use_cookies=False)
    for endpoint, address in addresses:
        answer = reader.get(address)
        if "Set-Cookie" in answer.headers and endpoint not in BEFORE_LOG_IN:
            guilty.append((endpoint, address))
    assert guilty == []


def test_the_log_in_page_remembers_its_token(site: Any):
    """Otherwise nobody could log in."""
    reader = site.flask_app.test_client(use_cookies=False)
    assert "Set-Cookie" in reader.get("/user/login").headers


@pytest.mark.parametrize("address", ["/dataset", "/inbox", "/organization", "/about"])
def test_a_browser_that_carries_a_session_keeps_it(site: Any, address: str):
    with site.flask_app.test_client() as browser:
        assert "Set-Cookie" in browser.get("/user/login").headers
        assert browser.get_cookie(site.flask_app.config["SESSION_COOKIE_NAME"])
        assert browser.get(address).status_code in (200, 403)
