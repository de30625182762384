"""Sources that lead elsewhere: no packet goes where the portal asks nobody."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ckanext.sonla.harvesting import rest, sql
from ckanext.sonla.harvesting.problems import SourceProblem
from ckanext.sonla.shared import guard
from tests.factories import approval
from tests.harvesting import certificates
from tests.harvesting.conftest import LIMITS, OWNED, Site

from .fault import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .conftest import World

ONCE = replace(LIMITS, attempts=1)


def goes(goal: str) -> Any:
    return lambda handler: handler.reply(302, b"", Location=goal)


# Their certificate is wrong in the way that `does` says.
TLS = {
    "An expired certificate": Fault("tls", "expired"),
    "A certificate that signed itself": Fault("tls", "self_signed"),
    "Another name's certificate": Fault("tls", "other_name"),
    "An authority that nobody knows": Fault("tls", "good"),
}
REDIRECTS = {
    "A redirect to 169.254.169.254": Fault(
        "address", goes("http://169.254.169.254/latest/meta-data/")
    ),
    "A redirect to file:": Fault("address", goes("file:///etc/passwd")),
    "A redirect to a private network": Fault("address", goes("http://10.0.0.1/")),
    "Redirects in a ring": Fault("redirects", goes("/rows"), requests=6),
}
FAULTS = {
    **TLS,
    **REDIRECTS,
    "A redirect to another server, with a secret": Fault("redirects"),
    "A name that means another address by now": Fault("address"),
    "An address in a private network": Fault("address"),
    "Nobody at this address": Fault("unreachable", kept="the pages before it"),
}


@pytest.mark.parametrize("name", REDIRECTS)
def test_a_redirect_is_judged_like_the_first_address(world: World, name: str):
    fault, before = REDIRECTS[name], world.public()
    found = world.meets(fault)
    assert found["reasons"][0]["problem"] == fault.code
    assert len(world.site.asked) == fault.requests
    assert world.public() == before
    tried = approval.act("cb-yte", "sonla_harvest_test", source_id=world.source["id"])
    assert tried["problem"] == fault.code


def pull(url: str, judge: Any = guard.judged, **more: Any) -> list[Any]:
    return list(rest.pull(url, {**OWNED, **more}, {}, None, ONCE, judge=judge))


def problem(*args: Any, **more: Any) -> str:
    with pytest.raises(SourceProblem) as caught:
        pull(*args, **more)
    assert caught.value.words()
    return caught.value.code


GOALS = ["http://[fe80::1]/", "ftp://127.0.0.1/", "gopher://127.0.0.1:6379/_INFO"]


@pytest.mark.parametrize("goal", GOALS)
def test_no_redirect_leads_out_of_the_web(site: Site, goal: str):
    site.answers["/rows"] = goes(goal)
    assert problem(f"{site.address}/rows") == "address"
    assert len(site.asked) == 1


def test_a_secret_follows_no_redirect_to_another_server(site: Site):
    port = site.server_address[1]
    site.answers["/rows"] = goes(f"http://localhost:{port}/other")
    site.answers["/other"] = lambda handler: handler.reply(200, b'[{"ma": 1}]')
    auth = {"type": "header", "name": "X-Key"}
    with pytest.raises(SourceProblem) as caught:
        list(
            rest.pull(
                f"{site.address}/rows",
                {**OWNED, "auth": auth},
                {"value": "bi-mat"},
                None,
                ONCE,
            )
        )
    assert caught.value.code == "redirects"
    assert [path for path, _ in site.asked] == ["/rows"]
    (page,) = pull(f"{site.address}/rows")
    assert len(page.rows) == 1


@pytest.fixture
def no_connection(monkeypatch: Any) -> Iterator[list[Any]]:
    """Note every connection that is opened, and open none."""
    opened: list[Any] = []

    def connect(self: socket.socket, address: Any) -> None:
        opened.append(address)
        raise OSError("no packet leaves a test")

    with monkeypatch.context() as patched:
        patched.setattr(socket.socket, "connect", connect)
        yield opened


@pytest.mark.usefixtures("with_plugins")
@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:6379/",
        "http://[::ffff:127.0.0.1]/",
        "http://2130706433/",
        "http://10.0.0.1:5432/",
    ],
)
def test_no_connection_is_opened_to_what_is_refused(url: str, no_connection: list[Any]):
    assert problem(url) == "address"
    assert no_connection == []


@pytest.mark.usefixtures("with_plugins")
@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_no_database_is_asked_in_a_private_network(kind: str, no_connection: list[Any]):
    config = {**OWNED, "from": "x", "auth": {"type": "password", "user": "a"}}
    with pytest.raises(SourceProblem) as caught:
        list(sql.pull(f"{kind}://10.0.0.1/x", config, {"password": "b"}, None, ONCE))
    assert caught.value.code == "address"
    assert no_connection == []


def test_a_name_that_changes_after_it_was_judged_gains_nothing(site: Site):
    """DNS rebinding: the connection goes to the address that was judged."""
    answers = [["127.0.0.1"], ["169.254.169.254"]]
    judged: list[str] = []

    def judge(host: str, port: int) -> list[str]:
        judged.append(host)
        return guard.judged("127.0.0.1", port, lambda *_: answers.pop(0))

    site.answers["/rows"] = lambda handler: handler.reply(200, b"[]")
    port = site.server_address[1]
    assert pull(f"http://doi-ten.example:{port}/rows", judge)
    assert judged == ["doi-ten.example"]
    assert site.asked[0][1]["Host"] == f"doi-ten.example:{port}"
    # Asked once more, the name is judged once more, and now it is refused.
    assert problem(f"http://doi-ten.example:{port}/rows", judge) == "address"
    assert len(site.asked) == 1


def test_a_name_that_changes_between_two_pages_ends_the_run(
    site: Site, no_connection: list[Any]
):
    """Each connection is judged anew; of a run's second one nothing is sent."""
    judged: list[list[str]] = []

    def judge(host: str, port: int) -> list[str]:
        judged.append(["127.0.0.1"] if not judged else ["10.0.0.1"])
        return guard.judged(host, port, lambda *_: judged[-1])

    with pytest.raises(SourceProblem):
        pull("http://127.0.0.1:9/rows", judge)
    assert problem("http://doi-ten.example:9/rows", judge) == "address"
    assert [address for address, _ in no_connection] == ["127.0.0.1"]


def test_nobody_at_an_address_is_told_apart_from_a_refusal(at_home: None):
    assert problem("http://127.0.0.1:9/rows") == "unreachable"


def test_no_proxy_of_the_environment_is_asked(site: Site, monkeypatch: Any):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    site.answers["/rows"] = lambda handler: handler.reply(200, b'[{"ma": 1}]')
    assert pull(f"{site.address}/rows")


def test_a_certificate_is_the_names_own(at_home: None, tmp_path: Any):
    """An expired one, one of nobody and another name's are refused; an own CA helps."""
    with certificates.served(tmp_path) as served:
        for name, fault in TLS.items():
            assert problem(served[str(fault.does)]) == fault.code, name
        ca = {"tls": {"ca": served["ca"]}}
        for kind in ("expired", "other_name", "self_signed"):
            assert problem(served[kind], **ca) == "tls", kind
        (page,) = pull(served["good"], **ca)
        assert page.rows == [{"ma": 1}]
