"""Ports of one's own: found once, remembered, and given up when another took them."""

from __future__ import annotations

import socket
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

HOST = "127.0.0.1"
# Below the range from which Linux takes ports for outgoing connections.
FIRST, LAST = 15000, 31000


def is_free(port: int) -> bool:
    """Tell whether nobody listens on a port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def find(wanted: int | None, folder: Path, taken: set[int]) -> int:
    """Return the wanted port if it is free, otherwise the next one that is.

    The search begins at a place of its own for every folder, so that two clones that
    start at the same moment do not choose the same port.
    """
    if wanted and wanted not in taken and is_free(wanted):
        return wanted
    begin = zlib.crc32(str(folder).encode()) % (LAST - FIRST)
    for step in range(LAST - FIRST):
        port = FIRST + (begin + step) % (LAST - FIRST)
        if port not in taken and is_free(port):
            return port
    raise OSError(f"no free port between {FIRST} and {LAST}")
