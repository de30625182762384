"""Cron expressions: five parts, in the province's time."""

from __future__ import annotations

import datetime as dt
from typing import Any

from croniter import croniter

from ckanext.sonla.shared import clock

PARTS = 5


def is_valid(text: Any) -> bool:
    """Tell whether a text is a cron expression: minute, hour, day, month, weekday."""
    return (
        isinstance(text, str) and len(text.split()) == PARTS and croniter.is_valid(text)
    )


def next_after(expression: str, moment: dt.datetime) -> dt.datetime:
    """Return when a cron expression is due next."""
    local = moment.astimezone(clock.zone())
    return croniter(expression, local).get_next(dt.datetime).astimezone(dt.UTC)
