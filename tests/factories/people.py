"""Somebody by what she is: accounts of a test, named as the test speaks of them."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model


class Named:
    """Base of a test's people: each attribute that is a text is an account's name."""

    def id_of(self, who: str) -> str:
        """Return somebody's id."""
        user = model.User.get(getattr(self, who))
        assert user is not None
        return user.id

    def call(self, who: str | None, action: str, **data: Any) -> Any:
        """Call an action as somebody, with authorization."""
        name = getattr(self, who) if who else ""
        # What an earlier call left behind is not this one's.
        model.Session.expire_all()
        return tk.get_action(action)({"user": name, "ignore_auth": False}, data)
