"""What the clock does with senders: they are forgotten in time."""

from __future__ import annotations

from datetime import timedelta

from ckanext.sonla.shared import clock
from ckanext.sonla.shared.tick import task

from . import forgetting, supporting


@task("feedback.forget")
def forget_senders() -> None:
    """Forget senders after the policy's months, and addresses after a day."""
    supporting.forget_addresses(clock.now() - timedelta(days=1))
    forgetting.forget_due()
    forgetting.remove_left_over()
