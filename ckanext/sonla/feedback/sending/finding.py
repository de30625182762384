"""Whose feedback it is: by code and secret, with one answer for all that is wrong."""

from __future__ import annotations

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.feedback import codes
from ckanext.sonla.feedback.model import Feedback

from . import limits

# Compared with where there is no feedback, so that both take the same time.
_NOBODYS = codes.hash_of(codes.new_secret())


def by_code(code: str) -> Feedback:
    """Return feedback by its code, however it was typed.

    Raises:
        ObjectNotFound: there is none.
        TooMany: the address has asked for too many.
    """
    # Where nobody counts, 58 bits of a code and 192 of a secret are not guessed either.
    limits.softly("look")
    found = _find(code)
    if found is None:
        raise missing()
    return found


def by_secret(code: str, secret: str) -> Feedback:
    """Return the feedback of whoever knows its secret.

    Raises:
        ObjectNotFound: the code or the secret is wrong; it isn't said which.
        TooMany: the address has tried too often.
    """
    limits.softly("look")
    found = _find(code)
    right = codes.opens(secret, found.secret_hash if found else _NOBODYS)
    if found is None or not right:
        raise missing()
    return found


def missing() -> tk.ObjectNotFound:
    """Return the one answer to a wrong code and to a wrong secret."""
    return tk.ObjectNotFound(
        tk._("There is no such feedback, or the secret is not the right one.")
    )


def _find(code: str) -> Feedback | None:
    return model.Session.scalar(
        sa.select(Feedback).where(Feedback.code == code.strip().upper())
    )
