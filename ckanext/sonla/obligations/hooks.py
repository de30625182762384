"""What obligations listen to: an approval settles at once, the tick after an outage."""

from __future__ import annotations

import logging
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared.feature import Subscriber

from . import following, recounting, sections, tasks
from . import model as model_of

log = logging.getLogger(__name__)
# Registered when they are imported; named so that nobody drops the import.
REGISTERED = (recounting, sections, tasks)


class ObligationHooks(Subscriber):
    """Follows the log as soon as a leader has approved something."""

    # ISignal

    def get_signal_subscriptions(self) -> dict[Any, Any]:
        approved = tk.signals.ckanext.signal("sonla:revision_approved")
        return {approved: [follow_at_once]}


def follow_at_once(_sender: Any, **_told: Any) -> None:
    """Settle by what has just been committed; what fails here, the tick does."""
    try:
        # Whoever is at it, or the next tick, comes to this event too.
        if model_of.alone(wait=False):
            following.follow()
        model.Session.commit()
    except Exception:
        model.Session.rollback()
        log.exception("Obligations will follow with the next tick")
