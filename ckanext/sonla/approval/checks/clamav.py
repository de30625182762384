"""Asking ClamAV's daemon about a file, by its own protocol (clamd(8), INSTREAM)."""

from __future__ import annotations

import socket
import struct
from typing import IO

CHUNK = 1 << 17
_OK = "stream: OK"
_FOUND = " FOUND"
_LONGEST_ANSWER = 4096


class Unscanned(Exception):  # noqa: N818 - says what the file is
    """The daemon gave no verdict: it is away, or the file is too big for it."""


def scan(stream: IO[bytes], address: str, seconds: float) -> str | None:
    """Return the name of the malware in a stream, or None for a clean one.

    Args:
        stream: the file.
        address: `unix:/run/clamav/clamd.ctl` or `tcp:host:3310`.
        seconds: to wait for each answer of the daemon.

    Raises:
        Unscanned: there is no verdict.
    """
    try:
        with _connected(address, seconds) as wire:
            wire.sendall(b"zINSTREAM\0")
            _send(wire, stream)
            answer = _answer(wire)
    except (OSError, ValueError) as error:
        raise Unscanned(str(error) or type(error).__name__) from error
    if answer == _OK:
        return None
    if answer.endswith(_FOUND):
        return answer.removeprefix("stream: ").removesuffix(_FOUND)
    raise Unscanned(answer or "no answer")


def _send(wire: socket.socket, stream: IO[bytes]) -> None:
    try:
        while chunk := stream.read(CHUNK):
            wire.sendall(struct.pack("!I", len(chunk)) + chunk)
        wire.sendall(struct.pack("!I", 0))
    except (BrokenPipeError, ConnectionResetError):
        # Over its limit the daemon answers before it has everything; read that.
        return


def _answer(wire: socket.socket) -> str:
    told = b""
    while not told.endswith(b"\0") and len(told) < _LONGEST_ANSWER:
        part = wire.recv(_LONGEST_ANSWER)
        if not part:
            break
        told += part
    return told.rstrip(b"\0").decode("utf-8", "replace").strip()


def _connected(address: str, seconds: float) -> socket.socket:
    kind, _, place = address.partition(":")
    if kind == "unix":
        wire = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        wire.settimeout(seconds)
        try:
            wire.connect(place)
        except OSError:
            wire.close()
            raise
        return wire
    if kind == "tcp":
        host, _, port = place.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), seconds)
    raise ValueError(f"{address} is neither unix:… nor tcp:…")
