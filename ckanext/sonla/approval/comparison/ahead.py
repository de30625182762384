"""Comparing ahead: a worker compares what was submitted, before its leader looks.

So the review opens at once, and a published revision goes on telling how many rows it
changed, also where nobody looked at the comparison while both tables were there.
"""

from __future__ import annotations

from typing import Any

from ckan import model
from ckanext.sonla.approval import datastore, signals
from ckanext.sonla.approval.model import Revision
from ckanext.sonla.shared import jobs
from ckanext.sonla.shared.feature import Subscriber

from . import diff, keeping
from .tabling import Asked

SECONDS = 600


class ComparedAhead(Subscriber):
    """Mixed into the plugin: lets a worker compare whatever is submitted."""

    # ISignal

    def get_signal_subscriptions(self) -> dict[Any, Any]:
        return {**super().get_signal_subscriptions(), signals.submitted: [enqueue]}


def enqueue(revision_id: str) -> None:
    """Ask a worker to compare a revision; without one the first reader's page does."""
    jobs.ask(compare, revision_id, title=f"Compare {revision_id}", seconds=SECONDS)


def compare(revision_id: str) -> None:
    """Compare a revision's tables with the public ones and keep the figures."""
    revision = model.Session.get(Revision, revision_id)
    try:
        if (
            revision is not None
            and revision.state in keeping.STANDING
            and not revision.is_first()
            and datastore.is_on()
        ):
            diff.of(revision, None, Asked())
    finally:
        model.Session.rollback()
