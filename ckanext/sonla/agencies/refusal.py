"""Words for what the database refuses about members (SQLSTATE SL003)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk

from .capacities import title

if TYPE_CHECKING:
    from collections.abc import Callable

SQLSTATE = "SL003"
SENTENCES: dict[str, Callable[[], str]] = {
    "stock_role": lambda: tk._(
        "An agency has no members of this role: its accounts are officers and "
        "leaders, appointed by sonla_agency_provision"
    ),
    "role_in_domain": lambda: tk._(
        "{role} is a role in an agency; domains have no such members"
    ),
    "second_role": lambda: tk._("The account already holds a role in an agency"),
    "role_of_the_office": lambda: tk._(
        "{role} is a role in the office that runs the portal only"
    ),
    "no_place_left": lambda: tk._(
        "The agency already has its account of this role: {role}"
    ),
}


def _in_words(context: sa.engine.ExceptionContext) -> None:
    error: Any = context.original_exception
    if getattr(error, "pgcode", None) != SQLSTATE:
        return
    code, role = error.diag.message_primary, error.diag.message_detail or ""
    # Raised here, it takes the place of SQLAlchemy's own error.
    raise tk.ValidationError({"role": [SENTENCES[code]().format(role=title(role))]})


def listen() -> None:
    """Turn the refusals into validation errors, whoever runs into them."""
    if not sa.event.contains(sa.engine.Engine, "handle_error", _in_words):
        sa.event.listen(sa.engine.Engine, "handle_error", _in_words)


def stop_listening() -> None:
    """Leave database errors alone again."""
    if sa.event.contains(sa.engine.Engine, "handle_error", _in_words):
        sa.event.remove(sa.engine.Engine, "handle_error", _in_words)
