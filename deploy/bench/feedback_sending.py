"""Sends feedback from many addresses at a steady rate, while others read.

The proofs are made beforehand with the portal's own key: what is timed is that they
are verified at the cost of the default policy, and all that follows, not that a browser
looks for a number. The addresses come as from a proxy that the portal trusts.
"""

from __future__ import annotations

import http.client
import json
import os
import statistics
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import altcha
import sqlalchemy as sa

from ckan import model
from ckanext.sonla.feedback.model import Feedback
from ckanext.sonla.feedback.sending import keys, proof
from ckanext.sonla.shared import policy

from . import readers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONG, SHORT = 60, 10
ROUNDS = 3
CALM = 0.75
CLIENTS = 8
READS_A_SECOND = 4
TIMEOUT = 30
# More than a machine of this size sends in a second.
_MOST_A_SECOND = 320
_STATUS = "/api/3/action/status_show"
_CREATE = "/api/3/action/sonla_feedback_create"
# A generator gives to one thread at a time.
_TURN = threading.Lock()
_JSON = {"Content-Type": "application/json"}


@dataclass
class Sent:
    """What came of it.

    Args:
        status: stock `status_show` a second, of clients that never pause, each round.
        most: sends a second of clients that never pause, each round.
        seconds: from its first send to its last answer.
        accepted: how many of it were.
        codes: of all that was accepted, also in the short rounds.
        errors: what else was answered, with how often.
        waits: of each send of the long run, in seconds.
        idle: of each reader's page while nothing was sent.
        loaded: of each reader's page during the long run.
        calm: sends a second of a run at three quarters of the most.
        calmly: of each reader's page during that run.
        kept: how many of the codes the database has.
    """

    status: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)
    seconds: float = 0.0
    accepted: int = 0
    codes: list[str] = field(default_factory=list)
    errors: dict[str, int] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)
    loaded: list[float] = field(default_factory=list)
    calm: float = 0.0
    calmly: list[float] = field(default_factory=list)
    kept: int = 0

    @property
    def goal(self) -> float:
        """Half of what `status_show` reached."""
        return statistics.median(self.status) / 2

    @property
    def reached(self) -> float:
        """Sends a second that were accepted in the long run."""
        return self.accepted / self.seconds if self.seconds else 0.0


class Client:
    """What a client keeps: its connection, as a proxy keeps those to the portal."""

    def __init__(self, base: str) -> None:
        parts = urlsplit(base)
        self._connection = http.client.HTTPConnection(
            parts.hostname or "", parts.port, timeout=TIMEOUT
        )

    def ask(self, address: str, sent: bytes | None = None, source: int = 0) -> Answer:
        """Ask in the name of one of many addresses; 0 when nobody answers."""
        headers = {"X-Forwarded-For": _address(source), **(_JSON if sent else {})}
        try:
            self._connection.request("POST" if sent else "GET", address, sent, headers)
            answer = self._connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return 0, b""


Answer = tuple[int, bytes]


def _address(number: int) -> str:
    return f"10.{number // 62500 % 250}.{number // 250 % 250}.{1 + number % 250}"


def measure(seconds: int) -> Sent:
    """Ask and send as fast as it goes, in turn; then send steadily beside readers.

    Args:
        seconds: how long the last part goes.
    """
    told = Sent()
    feedback = _each(_made((SHORT * ROUNDS + seconds * 3 // 2) * _MOST_A_SECOND))
    with _behind_a_proxy(), readers._Server() as base:
        client = Client(base)
        for address in (_STATUS, "/feedback"):
            for _ in range(4):
                client.ask(address)
        _as_fast_as_it_goes(base, 2, lambda client: client.ask(_STATUS))
        send = partial(_send_next, feedback, told)
        for _ in range(ROUNDS):
            told.status.append(_as_fast_as_it_goes(base, SHORT, _asking))
            told.most.append(_as_fast_as_it_goes(base, SHORT, send))
        told.idle = _reading(base, lambda: time.sleep(SHORT * 2))
        rate = CALM * statistics.median(told.most)
        told.calmly = _reading(
            base, lambda: _steadily(base, feedback, told, rate, seconds // 2)
        )
        told.calm = told.reached
        told.waits.clear()
        told.loaded = _reading(
            base, lambda: _steadily(base, feedback, told, told.goal, seconds)
        )
    found = sa.select(sa.func.count()).where(Feedback.code.in_(told.codes))
    told.kept = model.Session.scalar(found) or 0
    return told


def p95(waits: list[float]) -> float:
    """Return the time that 19 of 20 were quicker than."""
    return statistics.quantiles(waits, n=20)[-1] if len(waits) > 1 else 0.0


@contextmanager
def _behind_a_proxy() -> Iterator[None]:
    """Name this machine a proxy that the portal trusts."""
    before = os.environ["CKAN_INI"]
    with tempfile.TemporaryDirectory() as folder:
        ini = Path(folder) / "proxy.ini"
        ini.write_text(
            f"[app:main]\nuse = config:{before}\nsonla.proxies.trusted = 127.0.0.1\n",
            encoding="utf-8",
        )
        os.environ["CKAN_INI"] = str(ini)
        try:
            yield
        finally:
            os.environ["CKAN_INI"] = before


def _made(many: int) -> list[bytes]:
    """Make feedback with proofs: whoever asks knows the number that is looked for."""
    most = policy.number("feedback_proof_numbers")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda one: _feedback(one, _proof(most)), range(many)))


def _each(made: list[bytes]) -> Iterator[tuple[int, bytes]]:
    yield from enumerate(made)
    raise RuntimeError("a quick machine: more proofs have to be made beforehand")


def _proof(counter: int) -> str:
    asked = altcha.create_challenge(
        proof.ALGORITHM,
        policy.number("feedback_proof_cost"),
        counter=counter,
        expires_at=int(time.time()) + 3600,
        hmac_secret=keys.key("challenge"),
        hmac_key_secret=keys.key("challenge key"),
    )
    found = altcha.solve_challenge(asked, counter_start=counter)
    if found is None:
        raise RuntimeError("a challenge without its own solution")
    return altcha.Payload(asked, found).to_base64()


def _feedback(number: int, proven: str) -> bytes:
    commune = number % 911
    told = {
        "kind": "quality",
        "subject": f"Số liệu của xã số {commune} thiếu dòng {number}",
        "text": f"Bảng không có số liệu quý III của xã số {commune}, xin bổ sung.",
        "agency": f"co-quan-{2 + number % 100}",
        "altcha": proven,
    }
    return json.dumps(told).encode()


def _asking(client: Client) -> bool:
    return client.ask(_STATUS)[0] == http.client.OK


def _send_next(
    feedback: Iterator[tuple[int, bytes]], told: Sent, client: Client
) -> bool:
    with _TURN:
        one = next(feedback)
    return _send(client, one, told)


def _send(client: Client, feedback: tuple[int, bytes], told: Sent) -> bool:
    number, body = feedback
    status, answer = client.ask(_CREATE, body, number)
    if status == http.client.OK:
        told.codes.append(json.loads(answer)["result"]["code"])
        return True
    told.errors[str(status)] = told.errors.get(str(status), 0) + 1
    return False


def _as_fast_as_it_goes(
    base: str, seconds: int, what: Callable[[Client], object]
) -> float:
    """Return how often a second clients that never pause get what they ask for."""
    ends = time.monotonic() + seconds

    def ask(_place: int) -> int:
        client, got = Client(base), 0
        while time.monotonic() < ends:
            got += bool(what(client))
        return got

    began = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as pool:
        got = sum(pool.map(ask, range(CLIENTS)))
    return got / (time.monotonic() - began)


def _reading(base: str, meanwhile: Callable[[], object]) -> list[float]:
    """Read a page steadily as long as something goes on; return how long each took."""
    waits: list[float] = []
    done = threading.Event()

    def read() -> None:
        client, begin = Client(base), time.monotonic()
        for number in count(1):
            started = time.monotonic()
            if client.ask("/feedback")[0] == http.client.OK:
                waits.append(time.monotonic() - started)
            if done.wait(max(0.0, begin + number / READS_A_SECOND - time.monotonic())):
                return

    reader = threading.Thread(target=read)
    reader.start()
    meanwhile()
    done.set()
    reader.join(TIMEOUT)
    return waits


def _steadily(
    base: str,
    feedback: Iterator[tuple[int, bytes]],
    told: Sent,
    rate: float,
    seconds: int,
) -> None:
    """Send so often a second, at most as many at once as there are clients."""
    turns, lock = count(), threading.Lock()
    told.accepted = 0
    begin = time.monotonic()

    def send(_place: int) -> None:
        client = Client(base)
        while True:
            with _TURN:
                at = begin + next(turns) / rate
                one = next(feedback)
            if max(at, time.monotonic()) >= begin + seconds:
                return
            time.sleep(max(0.0, at - time.monotonic()))
            started = time.monotonic()
            sent = _send(client, one, told)
            with lock:
                told.waits.append(time.monotonic() - started)
                told.accepted += sent

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(send, range(CLIENTS)))
    told.seconds = time.monotonic() - begin
