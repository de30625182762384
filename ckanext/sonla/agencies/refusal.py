"""Words for what the database refuses about members (SQLSTATE SL003)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.engine import Engine, ExceptionContext

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
    "no_decision": lambda: tk._(
        "Accounts are appointed by a decision: sonla_agency_provision, or "
        "sonla_account_hand_over for a successor"
    ),
    "hand_over_too_long": lambda: tk._(
        "Two accounts overlap for the days of the policy at most"
    ),
    "hand_over_of_nobody": lambda: tk._("The account doesn't hold this role: {role}"),
    "hand_over_stays": lambda: tk._("A hand-over is not changed afterwards"),
    "no_place_left": lambda: tk._(
        "The agency already has its account of this role: {role}"
    ),
}


def _in_words(context: ExceptionContext) -> None:
    error: Any = context.original_exception
    if getattr(error, "pgcode", None) != SQLSTATE:
        return
    code, role = error.diag.message_primary, error.diag.message_detail or ""
    # Raised here, it takes the place of SQLAlchemy's own error.
    raise tk.ValidationError({"role": [SENTENCES[code]().format(role=title(role))]})


def listen() -> None:
    """Turn the refusals into validation errors, whoever runs into them."""
    if not event.contains(Engine, "handle_error", _in_words):
        event.listen(Engine, "handle_error", _in_words)


def stop_listening() -> None:
    """Leave database errors alone again."""
    if event.contains(Engine, "handle_error", _in_words):
        event.remove(Engine, "handle_error", _in_words)
