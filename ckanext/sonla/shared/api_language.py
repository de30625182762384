"""The API speaks the caller's language: its URL's locale, or else `Accept-Language`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from ckan.common import config
from ckan.lib import i18n

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
API = "/api/"


class ApiLanguage:
    """Reads `Accept-Language` for the API, as if the URL had named the locale.

    Pages keep to their URL: what they show must not depend on who asks.
    """

    def __init__(self, application: Wsgi) -> None:
        self.application = application

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        path, wished = environ["PATH_INFO"], environ.get("HTTP_ACCEPT_LANGUAGE")
        if path.startswith(API) and wished and "CKAN_LANG" not in environ:
            language = best_language(wished)
            if language and language != config["ckan.locale_default"]:
                environ["PATH_INFO"] = f"/{language}{path}"
        return self.application(environ, start_response)


def best_language(wished: str) -> str | None:
    """Return the offered language that a header likes best; None without any."""
    offered = config["ckan.locales_offered"] or ["en", "vi"]
    known = i18n.get_locales_from_config()
    accepted = parse_accept_header(wished, LanguageAccept)
    return accepted.best_match([name for name in offered if name in known])
