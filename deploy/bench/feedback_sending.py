"""Sends feedback from many addresses at a steady rate, while others read.

The proofs are made beforehand with the portal's own key: what is timed is that they
are verified, and all that follows, not that a browser looks for a number.
"""

from __future__ import annotations

import http.client
import json
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
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
    from collections.abc import Callable

SECONDS, SHORT = 60, 10
CLIENTS = 8
READS_A_SECOND = 4
TIMEOUT = 30
_STATUS = "/api/3/action/status_show"
_CREATE = "/api/3/action/sonla_feedback_create"


@dataclass
class Sent:
    """What came of it.

    Args:
        status: stock `status_show` requests a second, of clients that never pause.
        rate: sends a second that were asked for, half of it.
        codes: of what was accepted.
        errors: what else was answered, with how often.
        seconds: from the first send to the last answer.
        waits: of each send, in seconds.
        idle: of each reader's page while nothing was sent.
        loaded: of each reader's page meanwhile.
        kept: how many of the codes the database has.
    """

    status: float = 0.0
    rate: float = 0.0
    codes: list[str] = field(default_factory=list)
    errors: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)
    loaded: list[float] = field(default_factory=list)
    kept: int = 0

    @property
    def reached(self) -> float:
        """Sends a second that were accepted."""
        return len(self.codes) / self.seconds if self.seconds else 0.0


def measure(seconds: int = SECONDS) -> Sent:
    """Send for some seconds at half the rate of `status_show`, with readers beside."""
    told = Sent()
    with readers._Server() as base:
        for address in (_STATUS, "/feedback"):
            for _ in range(4):
                _ask(base, address)
        told.status = _as_fast_as_it_goes(base, SHORT)
        told.idle = _reading(base, SHORT * 2, lambda: time.sleep(SHORT * 2))
        told.rate = told.status / 2
        proofs = _proofs(int(told.rate * seconds) + CLIENTS)
        told.loaded = _reading(base, None, lambda: _send(base, proofs, told, seconds))
    found = sa.select(sa.func.count()).where(Feedback.code.in_(told.codes))
    told.kept = model.Session.scalar(found) or 0
    return told


def p95(waits: list[float]) -> float:
    """Return the time that 19 of 20 were quicker than."""
    return statistics.quantiles(waits, n=20)[-1] if len(waits) > 1 else 0.0


def _proofs(many: int) -> list[str]:
    """Make solved challenges: whoever asks knows the number that is looked for."""
    most = policy.number("feedback_proof_numbers")
    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(lambda _: _proof(most), range(many)))


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


def _as_fast_as_it_goes(base: str, seconds: int) -> float:
    """Return how often a second `status_show` answers clients that never pause."""
    ends = time.monotonic() + seconds
    counts = [0] * CLIENTS

    def ask(place: int) -> None:
        while time.monotonic() < ends:
            if _ask(base, _STATUS)[0] == http.client.OK:
                counts[place] += 1

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(ask, range(CLIENTS)))
    return sum(counts) / seconds


def _reading(
    base: str, seconds: int | None, meanwhile: Callable[[], object]
) -> list[float]:
    """Read a page steadily as long as something goes on; return how long each took."""
    waits: list[float] = []
    done = threading.Event()

    def read() -> None:
        begin, number = time.monotonic(), 0
        while not done.is_set():
            started = time.monotonic()
            if _ask(base, "/feedback")[0] == http.client.OK:
                waits.append(time.monotonic() - started)
            number += 1
            done.wait(max(0.0, begin + number / READS_A_SECOND - time.monotonic()))

    reader = threading.Thread(target=read)
    reader.start()
    meanwhile()
    done.set()
    reader.join(TIMEOUT if seconds is None else seconds)
    return waits


def _send(base: str, proofs: list[str], told: Sent, seconds: int) -> None:
    """Send at a steady rate, each from an address of its own, whatever it takes."""
    lock = threading.Lock()
    begin = time.monotonic()

    def one(number: int) -> None:
        started = time.monotonic()
        status, body = _ask(base, _CREATE, _feedback(number, proofs[number]), number)
        with lock:
            told.waits.append(time.monotonic() - started)
            if status == http.client.OK:
                told.codes.append(json.loads(body)["result"]["code"])
            else:
                told.errors[str(status)] = told.errors.get(str(status), 0) + 1

    with ThreadPoolExecutor(CLIENTS * 4) as pool:
        for number in range(int(told.rate * seconds)):
            pool.submit(one, number)
            time.sleep(max(0.0, begin + (number + 1) / told.rate - time.monotonic()))
    told.seconds = time.monotonic() - begin


def _feedback(number: int, proven: str) -> dict[str, str]:
    return {
        "kind": "quality",
        "subject": f"Số liệu của xã số {number % 911} thiếu dòng {number}",
        "text": f"Bảng không có số liệu quý III của xã số {number % 911}, xin bổ sung.",
        "agency": f"co-quan-{2 + number % 100}",
        "altcha": proven,
    }


def _ask(
    base: str, address: str, sent: dict[str, str] | None = None, number: int = 0
) -> tuple[int, bytes]:
    """Ask the server from one of many addresses; 0 when it doesn't answer."""
    parts = urlsplit(base)
    source = (f"127.{1 + number % 250}.{number // 250 % 250}.7", 0)
    connection = http.client.HTTPConnection(
        parts.hostname or "",
        parts.port,
        timeout=TIMEOUT,
        source_address=source if sent else None,
    )
    try:
        if sent is None:
            connection.request("GET", address)
        else:
            body = json.dumps(sent).encode()
            headers = {"Content-Type": "application/json"}
            connection.request("POST", address, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except OSError:
        return 0, b""
    finally:
        connection.close()
