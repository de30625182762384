"""People who ask pages while the clock is set to another time, and what they find."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jwt
from bs4 import BeautifulSoup

from ckan.lib import api_token
from ckan.tests import factories

if TYPE_CHECKING:
    from collections.abc import Callable


def key(name: str | None) -> dict[str, str]:
    """Return the headers of an account's token that was valid at all times."""
    if name is None:
        return {}
    token = factories.APIToken(user=name)["token"]
    told = jwt.decode(token, options={"verify_signature": False})
    # CKAN dates a token by the machine's own clock, which a test does not set.
    return {"Authorization": api_token.encode({**told, "iat": 0})}


def page(app: Any, name: str | None, address: Any, status: int = 200) -> Any:
    """Return a page as an account sees it; None is a stranger."""
    answer = app.get(address, headers=key(name), status=status)
    return BeautifulSoup(answer.body, "html.parser")


class Kept:
    """A world that tests which only read it share; who writes asks for a new one."""

    def __init__(self, reset: Callable[[], None], make: Callable[[], Any]) -> None:
        self._reset = reset
        self._make = make
        self._made: Any = None

    def shared(self) -> Any:
        """Return the world, made when the first test asks for it."""
        if self._made is None:
            self.empty()
            self._made = self._make()
        return self._made

    def own(self) -> Any:
        """Return a world of a test's own; the next reader gets another."""
        self.empty()
        return self._make()

    def empty(self) -> None:
        """Empty the databases for a test that makes its own world."""
        self._made = None
        self._reset()
