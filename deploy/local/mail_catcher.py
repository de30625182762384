"""Takes every mail that the portal sends, and keeps it as a file instead of sending."""

from __future__ import annotations

import signal
import sys
import threading
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from aiosmtpd.controller import Controller

from .folders import write_secret
from .ports import HOST

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session


class Catcher:
    """Writes each mail into a folder, named by the time of its arrival."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it by this name
        self,
        server: SMTP,  # noqa: ARG002 - part of aiosmtpd's call
        session: Session,  # noqa: ARG002 - part of aiosmtpd's call
        envelope: Envelope,
    ) -> str:
        """Keep a mail with the addresses of its envelope."""
        arrived = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        path = self._folder / f"{arrived}-{next(self._numbers):04d}.eml"
        content = envelope.original_content or b""
        head = f"X-Envelope-To: {', '.join(envelope.rcpt_tos)}\r\n"
        write_secret(path, head + content.decode("utf-8", errors="surrogateescape"))
        return "250 OK"


def main(folder: str, port: str) -> None:
    """Catch mail on a port of this machine until asked to stop."""
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    controller = Controller(Catcher(Path(folder)), hostname=HOST, port=int(port))
    controller.start()
    stopped.wait()
    controller.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
