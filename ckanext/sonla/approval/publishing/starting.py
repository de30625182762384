"""What a web process does when it has begun: it finishes what another one left over.

In a thread, beside the first request: the start waits for nothing, and before the first
request there is nobody who could meet what is left over.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import tick

if TYPE_CHECKING:
    from ckan.common import CKANConfig
    from ckan.types import CKANApp

# What a process may have left over that died; the tick runs these too.
TASKS = ("approval.leftovers", "approval.erasures")


class Starting(p.SingletonPlugin):
    """Mixed into the plugin: resolves leftovers once in each web process."""

    p.implements(p.IMiddleware, inherit=True)

    def make_middleware(self, app: CKANApp, config: CKANConfig) -> CKANApp:
        app.before_request(_Once(app))
        # The next of those mixed into the plugin.
        following: Any = super()
        return following.make_middleware(app, config)


class _Once:
    """Begins once a process: a server loads CKAN first, and then forks."""

    def __init__(self, app: CKANApp) -> None:
        self._app = app
        self._begun_in: int | None = None

    def __call__(self) -> None:
        if self._begun_in == os.getpid():
            return
        self._begun_in = os.getpid()
        if tk.config["sonla.approval.resolve_at_start"]:
            threading.Thread(
                target=self._resolve, name="sonla.start", daemon=True
            ).start()

    def _resolve(self) -> None:
        # Another process may be at it, or the tick: each task runs alone.
        with self._app.test_request_context():
            resolve()


def resolve() -> None:
    """Finish what another process left over."""
    for task in TASKS:
        tick.run(task)
