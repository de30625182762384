"""What the templates ask about the course of a published dataset."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.approval import states
from ckanext.sonla.approval.model import published_of

from . import serving, taking_down
from . import views as lifecycle_views


def sonla_confirmed(package: dict[str, Any]) -> str | None:
    """Return the period for which the shown state was confirmed without a change."""
    published = published_of(package["id"])
    confirmed = published and published.kind == states.NO_CHANGE
    return published.data_period if published and confirmed else None


def sonla_lifecycle_steps(package: dict[str, Any]) -> list[str]:
    """Return which steps of a published dataset's course the caller may begin."""
    if not tk.current_user.is_authenticated or published_of(package["id"]) is None:
        return []
    taken = serving.take_down_of(package["id"]) is not None
    retired = serving.retirement_of(package["id"]) is not None
    fits = {
        "no-change": not retired,
        "retire": not retired,
        "take-down": not taken,
        "restore": taken,
        "answer": taken,
    }
    return [
        name
        for name, step in lifecycle_views.STEPS.items()
        if fits[name] and tk.h.check_access(step.action, {"dataset_id": package["id"]})
    ]


def sonla_step_name(step: str) -> str:
    """Return what a step of a published dataset's course is called."""
    return {
        "no-change": tk._("Nothing has changed"),
        "retire": tk._("Retire the dataset"),
        "take-down": tk._("Take the dataset down"),
        "restore": tk._("Restore the dataset"),
        "answer": tk._("Answer the take-down"),
    }[step]


def sonla_answer_name(answer: str) -> str:
    """Return an agency's answer to a take-down in words."""
    return {
        taking_down.CORRECT: tk._("It will be corrected by an update"),
        taking_down.RETIRE: tk._("It will be retired"),
        taking_down.RESTORE: tk._("The agency asks to restore it"),
    }[answer]
