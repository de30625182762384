"""The web application of the second CKAN, which notes who asks it for what.

gunicorn's own log of requests is no help: CKAN's settings of logging switch it off.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from deploy.local.wsgi import application as ckan

ASKED = Path(os.environ["CKAN_INI"]).parent / "asked"


def application(environ: dict[str, Any], start_response: Any) -> Any:
    """Note the path and the token, and answer as CKAN does."""
    token = environ.get("HTTP_AUTHORIZATION", "-")
    with ASKED.open("a", encoding="utf-8") as log:
        log.write(f"{environ['PATH_INFO']} {token}\n")
    return ckan(environ, start_response)
