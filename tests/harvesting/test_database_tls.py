"""Databases are asked over TLS, and only a proven server gets a password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ckanext.sonla.harvesting.problems import SourceProblem

from .reading import read, refused, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("at_home")
CIPHER = (
    "SELECT variable_value AS ma FROM information_schema.session_status"
    " WHERE variable_name = 'Ssl_cipher'"
)


@pytest.fixture
def server_of(mariadb: dict[str, Any]) -> Iterator[Any]:
    """Return a function that lets MariaDB show a certificate."""

    def shows(kind: str) -> dict[str, Any]:
        mariadb["shows"](kind)
        return mariadb

    yield shows
    mariadb["shows"]("good")


def test_mariadb_is_read_over_tls_with_the_sources_own_authority(server_of: Any):
    peer = server_of("good")
    ((row,),) = [page.rows for page in read(peer, tls={"ca": peer["ca"]}, query=CIPHER)]
    assert row["ma"].startswith("TLS_"), "it is encrypted"
    ((row,),) = [page.rows for page in read(peer, tls={"verify": False}, query=CIPHER)]
    assert row["ma"] == "", "as docs/harvesting.md says"


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("expired", "certificate has expired"),
        ("other_name", "not valid for '127.0.0.1'"),
        ("self_signed", "self-signed certificate"),
    ],
)
def test_a_certificate_that_proves_nothing_gets_no_password(
    server_of: Any, kind: str, why: str
):
    peer = server_of(kind)
    with pytest.raises(SourceProblem) as caught:
        read(peer, tls={"ca": peer["ca"]}, **{"from": "xe"})
    assert caught.value.code == "tls"
    assert why in caught.value.words()


def test_an_authority_that_nobody_knows_is_not_believed(server_of: Any):
    assert refused(server_of("good"), tls={}, **{"from": "xe"}) == "tls"


def test_a_server_without_tls_is_not_asked_unless_the_source_says_so(
    postgresql: dict[str, Any],
):
    assert refused(postgresql, tls={}, query="SELECT 1 AS ma") == "tls"
    (row,) = rows_of(read(postgresql, query="SELECT 1 AS ma"))
    assert row == {"ma": "1"}
