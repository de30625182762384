"""Codes for lines that come without one."""

from __future__ import annotations

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model

from .model import Entry


def next_code() -> str:
    """Return the first free code after the highest number that was ever used.

    A code that another edition used for something else would join strangers' data.
    """
    prefix = f"{tk.config['sonla.catalogue.code_prefix']}-"
    taken = model.Session.scalars(
        sa.select(Entry.code).where(Entry.code.startswith(prefix, autoescape=True))
    ).all()
    numbers = [
        int(code.removeprefix(prefix))
        for code in taken
        if code.removeprefix(prefix).isdecimal()
    ]
    return f"{prefix}{max(numbers, default=0) + 1:04}"
