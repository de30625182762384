"""Delivers what is in the outbox, in a process of its own that may be killed."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from ckan.cli import load_config
from ckan.config.middleware import make_app


def _die(*_: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def main(ini: str, place: str) -> None:
    """Deliver, and die at a place of the talk with the mail server."""
    app: Any = make_app(load_config(ini))
    with app._wsgi_app.test_request_context():
        from ckanext.sonla.shared import delivery, smtp

        talk: Any = smtp.smtplib.SMTP
        if place == "before the server takes it":
            talk.mail = _die
        elif place == "while the server takes it":
            talk.data = _die
        elif place == "after the server took it":
            talk.quit = _die
        delivery.deliver()


if __name__ == "__main__":
    main(*sys.argv[1:])
