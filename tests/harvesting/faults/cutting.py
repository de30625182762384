"""A way to a database that breaks off in the middle of an answer."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PIECE = 4096


class Way:
    """Carries bytes between the portal and a server, until it breaks off.

    Args:
        port: of the server, on this machine.
        after: how many bytes of the server's come through; None for all.
    """

    def __init__(self, port: int, after: int | None) -> None:
        self.goal, self.after = port, after
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.door.getsockname()[1]
        self.opened = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self.door.accept()
                self.opened += 1
                there = socket.create_connection(("127.0.0.1", self.goal))
                for source, goal, most in (
                    (here, there, None),
                    (there, here, self.after),
                ):
                    threading.Thread(
                        target=_carry, args=(source, goal, most), daemon=True
                    ).start()


def _carry(source: socket.socket, goal: socket.socket, most: int | None) -> None:
    carried = 0
    with suppress(OSError):
        while piece := source.recv(_PIECE):
            carried += len(piece)
            if most is not None and carried > most:
                break
            goal.sendall(piece)
    for wire in (source, goal):
        with suppress(OSError):
            wire.shutdown(socket.SHUT_RDWR)


@contextmanager
def way(port: int, after: int | None) -> Iterator[Way]:
    """Open a way to a server of this machine."""
    found = Way(port, after)
    try:
        yield found
    finally:
        found.door.close()
