"""Runs what `ckan sonla tick` runs, every minute, in a process that loads CKAN once."""

from __future__ import annotations

import logging
import os
import signal
import threading
from typing import Any

from ckan import model
from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app

EVERY = 60.0
log = logging.getLogger("ckanext.sonla.scheduler")


def main() -> None:
    """Tick until asked to stop; a tick that fails is logged, the next tries again."""
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    app: Any = make_app(CKANConfigLoader(os.environ["CKAN_INI"]).get_config())
    # Its tables belong to CKAN's metadata, which is complete only with an app.
    from ckanext.sonla.shared import tick  # noqa: PLC0415

    while not stopped.is_set():
        with app._wsgi_app.test_request_context():
            try:
                log.info("tick: %s", tick.run_all())
            except Exception:
                log.exception("The tick failed; the next one tries again")
            finally:
                model.Session.remove()
        stopped.wait(EVERY)


if __name__ == "__main__":
    main()
