"""The web application, for a WSGI server that imports it; `CKAN_INI` names its file."""

from __future__ import annotations

import gc
import os

from sqlalchemy.engine import Engine

import ckan.plugins.toolkit as tk
from ckan import authz, model
from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app


def let_connections_go() -> None:
    """Close every database connection that loading opened.

    The server loads the application once and forks; a connection that two processes
    hold would mix their answers.
    """
    model.Session.remove()
    for thing in gc.get_objects():
        # `isinstance` would ask Flask's proxies, which answer only in a request.
        if type(thing) is Engine:
            thing.dispose()


def look_everything_up() -> None:
    """Let CKAN find its actions and auth functions, before there are threads.

    It does so with the first request; a second one beside it finds half of them.
    """
    tk.get_action("status_show")
    authz.auth_functions_list()


application = make_app(CKANConfigLoader(os.environ["CKAN_INI"]).get_config())
look_everything_up()
let_connections_go()
