"""Requests to addresses that people typed in: never into the portal's own network.

Which addresses are asked, `guard` says: a name is resolved once, judged, and the
connection goes to the address that was judged. Redirects are followed by the same
rules. Proxies are not asked.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urljoin

from . import guard
from .guard import Refused, Unreachable

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ("Answer", "Refused", "Unreachable", "ask")

REDIRECTS = 5
MOST_BYTES = 64 * 1024
_AGENT = "ckanext-sonla"
_MOVED = (301, 302, 303, 307, 308)
_SAME_METHOD = (307, 308)


@dataclass(frozen=True)
class Answer:
    """What came back: the last status, and its first bytes."""

    status: int
    url: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def ask(  # noqa: PLR0913 - what a request is made of, each named
    method: str,
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    seconds: float = 10,
    redirects: int = REDIRECTS,
    most_bytes: int = MOST_BYTES,
) -> Answer:
    """Make a request and return the answer, whatever its status.

    Args:
        method: such as `HEAD`.
        url: http or https.
        body: what to send.
        headers: what to send before it.
        seconds: for all of it, redirects included.
        redirects: how many to follow.
        most_bytes: of the answer to read; the rest is left.

    Raises:
        Refused: the address, or one it redirects to, is not asked.
        Unreachable: there was no answer in time.
    """
    end = time.monotonic() + seconds
    for _ in range(redirects + 1):
        answer = _once(method, url, body, headers or {}, end, most_bytes)
        goal = answer.headers.get("location")
        if answer.status not in _MOVED or not goal or not redirects:
            return answer
        url = urljoin(url, goal)
        if answer.status not in _SAME_METHOD and method != "HEAD":
            method, body = "GET", None
    raise Unreachable("too many redirects")


def _once(  # noqa: PLR0913, PLR0917 - as `ask`
    method: str,
    url: str,
    body: bytes | None,
    headers: Mapping[str, str],
    end: float,
    most_bytes: int,
) -> Answer:
    parts = guard.split(url)
    connection = _connection(parts, end)
    # A timeout of a socket starts anew with every byte; this one doesn't.
    alarm = threading.Timer(_left(end), _hang_up, [connection.sock])
    alarm.start()
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        sent = {"User-Agent": _AGENT, "Accept": "*/*", **headers}
        connection.request(method, _encoded(path), body=body, headers=sent)
        response = connection.getresponse()
        told = b"" if method == "HEAD" else _read(response, connection, end, most_bytes)
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, url, told, found)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable(str(error) or type(error).__name__) from error
    finally:
        alarm.cancel()
        connection.close()


def _hang_up(wire: socket.socket) -> None:
    with suppress(OSError):
        wire.shutdown(socket.SHUT_RDWR)


def _encoded(path: str) -> str:
    """Return a path as it may stand in a request: Vietnamese in UTF-8 and percent."""
    return "".join(
        character
        if "!" <= character <= "~"
        else "".join(f"%{byte:02X}" for byte in character.encode())
        for character in path
    )


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise Unreachable("no answer in time")
    return left


def _connection(parts: SplitResult, end: float) -> http.client.HTTPConnection:
    host = parts.hostname or ""
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    address = guard.judged(host, port)[0]
    try:
        wire = socket.create_connection((address, port), timeout=_left(end))
        if secure:
            wire = ssl.create_default_context().wrap_socket(wire, server_hostname=host)
    except (OSError, ValueError) as error:
        raise Unreachable(str(error) or type(error).__name__) from error
    connection = http.client.HTTPConnection(host, port, timeout=_left(end))
    connection.default_port = 443 if secure else 80
    connection.sock = wire
    return connection


def _read(
    response: http.client.HTTPResponse,
    connection: http.client.HTTPConnection,
    end: float,
    most_bytes: int,
) -> bytes:
    """Read the first bytes, piece by piece: a slow drip must not outlast the end."""
    parts: list[bytes] = []
    length = 0
    while length < most_bytes:
        if connection.sock is not None:
            connection.sock.settimeout(_left(end))
        part = response.read1(min(8192, most_bytes - length))
        if not part:
            break
        parts.append(part)
        length += len(part)
    _left(end)
    return b"".join(parts)
