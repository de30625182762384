"""What is due for the intake: loads that were forgotten or killed."""

from __future__ import annotations

from ckanext.sonla.shared.tick import task

from . import loads

# The queue's own entry had this long to be run before another one is made.
WAIT_SECONDS = 300


@task("intake.loads")
def catch_up() -> None:
    """Queue again the loads that wait for long or whose process was killed."""
    loads.catch_up(WAIT_SECONDS)
