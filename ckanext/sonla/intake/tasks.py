"""What is due for the intake: loads that were forgotten or killed."""

from __future__ import annotations

import datetime as dt

from ckanext.sonla.shared.tick import task

from . import kept, loads

# The queue's own entry had this long to be run before another one is made.
WAIT_SECONDS = 300
# Nothing needs so long from its check to its load.
KEPT = dt.timedelta(days=2)


@task("intake.loads")
def catch_up() -> None:
    """Queue again the loads that wait for long or whose process was killed."""
    loads.catch_up(WAIT_SECONDS)


@task("intake.kept")
def sweep() -> None:
    """Let go of staged rows whose load never came."""
    kept.sweep(KEPT)
