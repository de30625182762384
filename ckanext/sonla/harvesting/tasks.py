"""What the clock does with harvest sources."""

from __future__ import annotations

from ckanext.sonla.shared.tick import task

from .standing import voiding


@task("harvesting.approvals")
def void_approvals() -> None:
    """Void the standing approvals of what is no longer what was approved."""
    voiding.check_all()
