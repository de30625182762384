"""What the plugin offers: the feature's actions, auth functions, helpers and pages."""

from __future__ import annotations

from .handling import action as handling_action
from .handling import auth as handling_auth
from .handling import helpers as handling_helpers
from .handling import saved_action
from .handling.views import handling
from .reading import action as reading_action
from .reading import auth as reading_auth
from .reading import helpers as reading_helpers
from .reading.views import sonla_feedback
from .sending import action as sending_action
from .sending import auth as sending_auth
from .sending import helpers as sending_helpers
from .sending.confirming import confirming
from .sending.moderating import moderating
from .sending.tracking import tracking
from .sending.views import sending

ACTIONS = (handling_action, saved_action, reading_action, sending_action)
AUTH = (handling_auth, reading_auth, sending_auth)
HELPERS = (handling_helpers, reading_helpers, sending_helpers)
PAGES = [handling, sonla_feedback, sending, tracking, confirming, moderating]
