"""What every feature's templates may ask for: formats, previews, other features."""

from __future__ import annotations

from .asking import sonla_ask, sonla_has_action
from .due_dates import sonla_due, sonla_why_address
from .formats import (
    sonla_age,
    sonla_cell,
    sonla_date,
    sonla_datetime,
    sonla_number,
    sonla_period,
    sonla_quarter,
    sonla_size,
)
from .tables import sonla_offset, sonla_preview, sonla_type_name
from .titles import sonla_notes, sonla_title

__all__ = [
    "sonla_age",
    "sonla_ask",
    "sonla_cell",
    "sonla_date",
    "sonla_datetime",
    "sonla_due",
    "sonla_has_action",
    "sonla_notes",
    "sonla_number",
    "sonla_offset",
    "sonla_period",
    "sonla_preview",
    "sonla_quarter",
    "sonla_size",
    "sonla_title",
    "sonla_type_name",
    "sonla_why_address",
]
