"""The language of the reader, or of the person whom a mail is written to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flask_babel

import ckan.plugins.toolkit as tk

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


def current() -> str:
    """Return the language of this request, or the site's outside of one."""
    locale = flask_babel.get_locale()
    return str(locale) if locale else str(tk.config["ckan.locale_default"])


def speaking(language: str) -> AbstractContextManager[None]:
    """Translate in another language for a while; needs a request or app context."""
    return flask_babel.force_locale(language)
