"""What feedback listens to, and what it registers with the others."""

from __future__ import annotations

from ckanext.sonla.shared.feature import Subscriber

from . import clock, model
from .handling import model as handling_model
from .handling import succession, tasks
from .reading import counting, demand

# Registered when they are imported; named so that nobody drops the import.
REGISTERED = (clock, counting, demand, handling_model, model, succession, tasks)


class FeedbackHooks(Subscriber):
    """Follows what becomes of the data that people asked about."""
