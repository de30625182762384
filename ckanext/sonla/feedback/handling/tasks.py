"""What the clock does with feedback: each task one transaction, safe to repeat."""

from __future__ import annotations

from ckanext.sonla.shared.tick import task

from . import following, freezing, reminding


@task("feedback.announce")
def announce_received() -> None:
    """Tell agencies what has come to them."""
    reminding.announce()


@task("feedback.follow")
def follow_published() -> None:
    """Tell who handles feedback which data was published that it may be about."""
    following.follow()


@task("feedback.freeze")
def freeze_quarters() -> None:
    """Take the snapshot of each quarter that has ended."""
    freezing.freeze_due()


@task("feedback.remind")
def remind_people() -> None:
    """Tell people once a day what has no answer yet."""
    reminding.remind()
