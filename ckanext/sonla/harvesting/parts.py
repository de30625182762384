"""What the plugin offers: the feature's actions, auth functions, helpers and pages."""

from __future__ import annotations

from . import action, auth, chained, helpers
from .catalogues import action as catalogues_action
from .catalogues import auth as catalogues_auth
from .editor.views import sources
from .quarantine import action as quarantine_action
from .quarantine import auth as quarantine_auth
from .quarantine.views import ledger
from .runs import action as runs_action
from .runs import auth as runs_auth
from .views import harvesting

ACTIONS = (action, chained, runs_action, quarantine_action, catalogues_action)
AUTH = (auth, runs_auth, quarantine_auth, catalogues_auth)
PAGES = [harvesting, sources, ledger]

__all__ = ["ACTIONS", "AUTH", "PAGES", "helpers"]
