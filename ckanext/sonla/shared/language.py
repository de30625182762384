"""The language of the reader, or of the person whom a mail is written to."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
import flask
import flask_babel

import ckan.plugins.toolkit as tk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager


def current() -> str:
    """Return the language of this request, or the site's outside of one."""
    locale = flask_babel.get_locale()
    return str(locale) if locale else str(tk.config["ckan.locale_default"])


def speaking(language: str) -> AbstractContextManager[None]:
    """Translate in another language for a while; needs a request or app context."""
    return flask_babel.force_locale(language)


@contextmanager
def at_work() -> Iterator[None]:
    """Give a job of the background queue what `speaking` needs, around all of it.

    CKAN's workers run jobs outside of any application context, where nothing is
    translated. At its end the database's session is closed.
    """
    command = click.get_current_context(silent=True)
    app = command.find_root().meta.get("flask_app") if command else None
    if app is None or flask.has_app_context():
        yield
        return
    with app.test_request_context():
        yield
