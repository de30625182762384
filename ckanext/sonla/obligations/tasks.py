"""What the clock does with obligations: each task one transaction, safe to repeat."""

from __future__ import annotations

from ckanext.sonla.shared.tick import task

from . import following, freezing, making, reminding


@task("obligations.follow")
def follow_log() -> None:
    """Settle by what happened to revisions since the last time."""
    following.follow()


@task("obligations.freeze")
def freeze_quarters() -> None:
    """Take the snapshot of each quarter that has ended."""
    freezing.freeze_due()


@task("obligations.make")
def make_due() -> None:
    """Make what is owed from today on, and close what is owed no longer."""
    making.make()


@task("obligations.remind")
def remind_people() -> None:
    """Tell people once a day what is due."""
    reminding.remind()
