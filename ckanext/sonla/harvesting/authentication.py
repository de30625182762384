"""How a source knows the portal: dlt's ways to authenticate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import (
    parse_qsl,
    quote,
    quote_plus,
    urlencode,
    urlsplit,
    urlunsplit,
)

from dlt.sources.helpers.rest_client import auth as of_dlt
from requests import HTTPError

from .problems import SourceProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from requests import Session


class _Token(of_dlt.OAuth2ClientCredentials):
    """Asks for a token before it is needed, and tells clearly when there is none."""

    def obtain_token(self) -> None:
        try:
            super().obtain_token()
        except (HTTPError, ValueError, AttributeError, TypeError) as error:
            raise SourceProblem("token") from error

    def parse_access_token(self, response_json: Any) -> str:
        token = response_json.get("access_token")
        if not isinstance(token, str) or not token:
            raise SourceProblem("token")
        return token


def auth_of(
    config: Mapping[str, Any], secrets: Mapping[str, str], session: Session
) -> Any:
    """Return what puts the secret into a request; None where there is none.

    Args:
        config: the source's.
        secrets: by the field of `auth` that each belongs to.
        session: to ask a token's server with.
    """
    auth = config.get("auth") or {"type": "none"}
    return _MAKE[auth["type"]](auth, secrets, session)


def _header(auth: dict[str, Any], secrets: Mapping[str, str], _: Any) -> Any:
    return of_dlt.APIKeyAuth(name=auth["name"], api_key=secrets["value"])


def _oauth2(auth: dict[str, Any], secrets: Mapping[str, str], session: Session) -> Any:
    return _Token(
        access_token_url=auth["token_url"],
        client_id=auth["client_id"],
        client_secret=secrets["client_secret"],
        access_token_request_data=(
            {"scope": auth["scope"]} if auth.get("scope") else {}
        ),
        session=session,
    )


_MAKE: dict[str, Any] = {
    "none": lambda *_: None,
    "basic": lambda auth, secrets, _: of_dlt.HttpBasicAuth(
        auth["user"], secrets["password"]
    ),
    "api_key": lambda auth, secrets, _: of_dlt.APIKeyAuth(
        name=auth["name"], api_key=secrets["key"], location=auth["in"]
    ),
    # CKAN takes its tokens without a word before them.
    "api_token": lambda _auth, secrets, _: of_dlt.APIKeyAuth(
        name="Authorization", api_key=secrets["token"]
    ),
    "bearer": lambda _auth, secrets, _: of_dlt.BearerTokenAuth(secrets["token"]),
    "oauth2": _oauth2,
    "header": _header,
}


def without_key(url: str, config: Mapping[str, Any], secrets: Mapping[str, str]) -> str:
    """Return a next page's address without the secret that the source put into it.

    It is added to every request anyway, and an address is kept as a checkpoint.
    """
    parts = urlsplit(url)
    auth = config.get("auth") or {}
    name = auth.get("name") if auth.get("in") == "query" else None
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = [
        (key, value)
        for key, value in pairs
        if key != name and value not in secrets.values()
    ]
    if len(kept) == len(pairs):
        return url
    return urlunsplit(parts._replace(query=urlencode(kept)))


def tells(text: str, secrets: Mapping[str, str]) -> bool:
    """Tell whether a source says a secret back, as it is or as an address has it."""
    return any(
        form in text
        for secret in secrets.values()
        if secret
        for form in (secret, quote(secret, safe=""), quote_plus(secret))
    )
