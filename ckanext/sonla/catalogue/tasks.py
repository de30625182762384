"""What the catalogue does by the clock."""

from __future__ import annotations

from ckanext.sonla.shared.tick import task

from .states import supersede_ended


@task("catalogue.supersede")
def supersede() -> None:
    """Mark editions whose time is over. Idempotent; dates have ruled already."""
    supersede_ended()
