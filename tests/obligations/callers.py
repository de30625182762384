"""People who ask pages while the clock is set to another time."""

from __future__ import annotations

from typing import Any

import jwt
from bs4 import BeautifulSoup

from ckan.lib import api_token
from ckan.tests import factories


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
