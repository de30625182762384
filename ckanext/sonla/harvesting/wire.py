"""The way to a source over HTTP: dlt's own session, on connections that are guarded.

Every connection, of a redirect too, goes to an address that was judged at that very
moment, under the name that was asked for: certificates and Host are the name's. What is
read is bounded in time and in bytes, packed and unpacked.
"""

from __future__ import annotations

import logging
import re
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import urllib3
import urllib3.connection
from dlt.sources.helpers.requests.retry import Client
from requests import PreparedRequest, Response, Session
from requests import exceptions as of_requests
from requests.adapters import HTTPAdapter
from urllib3.util import connection as of_urllib3

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import guard

from .body import spooled
from .problems import SourceProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .counts import Counts
    from .limits import Limits

# It writes whole addresses into a log of every step, with the key of `api_key`.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)

_AGENT = "ckanext-sonla"
_BROKEN = (of_requests.RequestException, urllib3.exceptions.HTTPError, OSError)
_REASON = re.compile(r"certificate verify failed: ([^(]+)")
_AGAIN = (429, *range(500, 600))
REDIRECTS = 5


@dataclass
class _Alarm:
    """Ends what outlasts its time: a socket's own starts anew with every byte."""

    seconds: float
    wires: list[socket.socket] = field(default_factory=list)
    rang: bool = False
    _timer: threading.Timer | None = None

    def __enter__(self) -> _Alarm:
        self.rang = False
        self._timer = threading.Timer(self.seconds, self._ring)
        self._timer.daemon = True
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer:
            self._timer.cancel()

    def watch(self, wire: socket.socket) -> None:
        """Hang up this connection too; a copy, because TLS takes the socket over."""
        self.wires.append(wire.dup())

    def forget(self) -> None:
        """Let go of the connections."""
        while self.wires:
            self.wires.pop().close()

    def _ring(self) -> None:
        self.rang = True
        for wire in self.wires:
            with suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)


Judge = Callable[[str, int], list[str]]


def _guarded(judge: Judge, alarm: _Alarm) -> dict[str, Any]:
    """Return urllib3's pools with connections that go where `judge` says."""

    class _Guarded:
        def _new_conn(self: Any) -> socket.socket:
            last: OSError | None = None
            for address in judge(self._dns_host, self.port):
                try:
                    wire = of_urllib3.create_connection(
                        (address, self.port), self.timeout, self.source_address
                    )
                except OSError as error:
                    last = error
                    continue
                alarm.watch(wire)
                return wire
            raise urllib3.exceptions.NewConnectionError(self, str(last)) from last

    class _Http(_Guarded, urllib3.connection.HTTPConnection):
        pass

    class _Https(_Guarded, urllib3.connection.HTTPSConnection):
        pass

    class _HttpPool(urllib3.HTTPConnectionPool):
        ConnectionCls = _Http  # pyright: ignore[reportAssignmentType]

    class _HttpsPool(urllib3.HTTPSConnectionPool):
        ConnectionCls = _Https  # pyright: ignore[reportAssignmentType]

    return {"http": _HttpPool, "https": _HttpsPool}


class GuardedAdapter(HTTPAdapter):
    """Sends requests over guarded connections, and reads answers within limits."""

    def __init__(
        self,
        limits: Limits,
        counts: Counts,
        ca: str | None,
        *,
        most_bytes: int,
        judge: Judge,
    ) -> None:
        self.limits, self.counts, self.most_bytes = limits, counts, most_bytes
        self._judge = judge
        self._alarm = _Alarm(limits.answer_seconds)
        self._failed = False
        self._tls = ssl.create_default_context()
        if ca:
            try:
                self._tls.load_verify_locations(cadata=ca)
            except (ssl.SSLError, ValueError) as error:
                raise SourceProblem("tls", host="tls.ca", reason="PEM") from error
        super().__init__(pool_connections=4, pool_maxsize=1)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._tls, **options)
        self.poolmanager.pool_classes_by_scheme = _guarded(self._judge, self._alarm)

    def cert_verify(self, conn: Any, *_args: Any, **_options: Any) -> None:
        """Always verify, by the context: no caller and no environment turns it off."""
        conn.cert_reqs = "CERT_REQUIRED"

    def build_connection_pool_key_attributes(
        self, request: PreparedRequest, verify: Any, cert: Any = None
    ) -> Any:
        host, pool = super().build_connection_pool_key_attributes(request, True, None)
        del verify, cert
        # requests would put its own authorities in the place of the context's.
        return host, {name: pool[name] for name in pool if name != "ca_certs"}

    def send(self, request: PreparedRequest, **options: Any) -> Response:  # pyright: ignore[reportIncompatibleMethodOverride]
        host = urlsplit(request.url or "").hostname or ""
        self.counts.requests += 1
        self.counts.retries += self._failed
        self._failed = True
        options.update(stream=True, timeout=self.limits.silent_seconds, verify=True)
        try:
            with self._alarm:
                guard.split(request.url or "")
                if options.get("proxies"):
                    # A proxy resolves by itself: here is the last look at the name.
                    self._judge(host, _port(request.url or ""))
                with self.counts.waiting():
                    response = super().send(request, **options)
                    spooled(response, self.most_bytes, self.counts)
        except guard.Refused as error:
            raise SourceProblem("address", host=host, reason=str(error)) from error
        except guard.Unreachable as error:
            raise SourceProblem("unreachable", host=host) from error
        except of_requests.SSLError as error:
            raise SourceProblem("tls", host=host, reason=tls_reason(error)) from error
        except _BROKEN as error:
            if self._alarm.rang:
                raise self._slow() from error
            raise _known(error) from error
        if self._alarm.rang:
            raise self._slow()
        self._failed = response.status_code in _AGAIN
        return response

    def _slow(self) -> SourceProblem:
        return SourceProblem("too_slow", seconds=self.limits.answer_seconds)

    def close(self) -> None:
        super().close()
        self._alarm.forget()


def tls_reason(error: object, otherwise: str = "TLS") -> str:
    """Return OpenSSL's short words for what is wrong with a certificate, if it has."""
    found = _REASON.search(str(error))
    return found.group(1).strip() if found else otherwise


def _port(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme == "https" else 80)


def _known(error: Exception) -> Exception:
    """Return a broken answer as what dlt tries again."""
    if isinstance(error, of_requests.RequestException):
        return error
    if isinstance(error, urllib3.exceptions.TimeoutError):
        return of_requests.ReadTimeout(str(error))
    return of_requests.ChunkedEncodingError(str(error))


def session_for(  # noqa: PLR0913 - each named
    limits: Limits,
    counts: Counts,
    config: Mapping[str, Any],
    *,
    secret: bool,
    most_bytes: int,
    judge: Judge = guard.judged,
) -> Session:
    """Return dlt's session with retries, on guarded connections.

    Args:
        limits: how long, how much, how often.
        counts: where requests and bytes are counted.
        config: of the source, for its `tls` and `headers`.
        secret: whether requests carry one, so that no redirect leads elsewhere.
        most_bytes: of one answer, unpacked.
        judge: what says which addresses a name may be asked at.
    """
    client = Client(
        request_timeout=limits.silent_seconds,
        raise_for_status=False,
        status_codes=_AGAIN,
        request_max_attempts=limits.attempts,
        request_backoff_factor=limits.first_wait,
        request_max_retry_delay=limits.longest_wait,
        session_attrs={"trust_env": False, "max_redirects": REDIRECTS},
    )
    session = client.session
    ca = (config.get("tls") or {}).get("ca")
    adapter = GuardedAdapter(limits, counts, ca, most_bytes=most_bytes, judge=judge)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    session.headers.clear()
    session.headers.update(
        {"User-Agent": _AGENT, "Accept": "*/*", "Accept-Encoding": "gzip, deflate"}
    )
    session.headers.update(config.get("headers") or {})
    proxy = tk.config["sonla.harvesting.proxy"]
    if proxy:
        session.proxies = {"http": proxy, "https": proxy}
    if secret:
        _stay(session)
    return session


def _stay(session: Session) -> None:
    """Follow no redirect to another server: it would get the secret."""
    follow = session.get_redirect_target

    def target(response: Response) -> str | None:
        goal = follow(response)
        if goal and _server(urljoin(response.url, goal)) != _server(response.url):
            raise SourceProblem("redirects")
        return goal

    session.get_redirect_target = target  # pyright: ignore[reportAttributeAccessIssue]


def _server(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()
