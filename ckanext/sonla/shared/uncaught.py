"""What a page of CKAN's lets through of its actions' refusals: bad input, not a 500.

`/dataset/changes_multiple` of CKAN's diary for one asks for activities that the address
names, and leaves it to nobody that there are none. The API answers for itself.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import BadRequest, Forbidden, NotFound

import ckan.plugins.toolkit as tk

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from ckan.types import CKANApp

log = logging.getLogger(__name__)


def answer_in(app: CKANApp) -> None:
    """Let an application answer 400, 403 or 404 where a page caught nothing."""

    def answer(error: Exception) -> ResponseReturnValue:
        log.info("A page let through: %r", error)
        return app.handle_http_exception(_told(error))

    for kind in (tk.ValidationError, tk.NotAuthorized, tk.ObjectNotFound):
        app.register_error_handler(kind, answer)


def _told(error: Any) -> BadRequest | Forbidden | NotFound:
    if isinstance(error, tk.ObjectNotFound):
        return NotFound(tk._("What the address names was not found"))
    if isinstance(error, tk.NotAuthorized):
        return Forbidden(str(error) or tk._("You may not see this page"))
    said = "; ".join(f"{name}: {text}" for name, text in error.error_summary.items())
    return BadRequest(said)
