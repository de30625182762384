"""Who calls, and feedback by the code that people call it by."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model

from .model import Feedback

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ckan.types import Context, DataDict


def actor_id(context: Context) -> str:
    """Return the id of the account that calls.

    Raises:
        NotAuthorized: nobody is named, so nobody could be held to what is done.
    """
    user = model.User.get(context.get("user") or None)
    if user is None:
        raise tk.NotAuthorized(tk._("Log in to do this."))
    return user.id


def find(code: object) -> Feedback | None:
    """Return feedback by its code, as people write it; None if there is none."""
    if not isinstance(code, str) or "\0" in code:
        return None
    query = sa.select(Feedback).where(Feedback.code == code.strip().upper())
    return model.Session.scalars(query).one_or_none()


def get(code: object) -> Feedback:
    """Return feedback by its code.

    Raises:
        NotFound: there is none.
    """
    found = find(code)
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no feedback with this code."))
    return found


@contextmanager
def taking(context: Context, action: str, data: DataDict) -> Iterator[Feedback]:
    """Yield feedback that nobody else takes a step with meanwhile, then commit.

    Whether the caller may is asked before and behind the lock: it may have gone to
    another agency meanwhile. A refused step leaves nothing behind.

    Raises:
        NotFound: there is no such feedback.
        NotAuthorized: the caller may not take the step.
    """
    tk.check_access(action, context, data)
    feedback = get(data.get("code"))
    try:
        model.Session.refresh(feedback, with_for_update=True)
        tk.check_access(action, context, data)
        yield feedback
    except (tk.ValidationError, tk.NotAuthorized, tk.ObjectNotFound):
        model.Session.rollback()
        raise
    model.Session.commit()
