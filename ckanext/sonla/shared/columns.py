"""Columns that tables of several features have."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import mapped_column


def instant(**options: Any) -> Any:
    """Return a column of an instant, with its zone.

    Args:
        options: of SQLAlchemy's `mapped_column`, such as `default=clock.now`.
    """
    return mapped_column(sa.DateTime(timezone=True), **options)
