"""What the templates ask about feedback."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.feedback import vocabulary

from . import boxes, schema


def sonla_feedback_label(of: str, value: str) -> str:
    """Return what a value of `kind` or `state` is called on screen."""
    if of == "state" and value in schema.TOGETHER:
        return tk._("All that is open") if value == "open" else tk._("All that is done")
    return vocabulary.label(of, value)


def sonla_feedback_days(item: dict[str, Any]) -> str:
    """Return how many days are left, or how many it is late; empty once it is done."""
    left = item["days_left"]
    if left is None:
        return tk._("answered after its due date") if item["overdue"] else ""
    if left > 0:
        return tk.ungettext("{number} day left", "{number} days left", left).format(
            number=left
        )
    if left == 0:
        return tk._("due today")
    return tk.ungettext("{number} day late", "{number} days late", -left).format(
        number=-left
    )


def sonla_dataset_feedback(package: dict[str, Any]) -> dict[str, Any] | None:
    """Return the open feedback about a public dataset, and what was mended in it."""
    if package.get("private") or package.get("type") != "dataset":
        return None
    return {
        "open": boxes.open_count(dataset_id=package["id"]),
        "mended": boxes.mended(package["id"]),
    }


def sonla_entry_feedback(code: str) -> int:
    """Return how much open feedback there is about an entry and its datasets."""
    return boxes.open_count(entry_code=code)
