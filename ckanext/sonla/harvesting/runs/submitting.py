"""Submitting what a run filled: what needs a reason gets that the source says so."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import checks, clock

from . import cycle, problems
from .problems import RunProblem

if TYPE_CHECKING:
    from collections.abc import Callable

    from ckanext.sonla.harvesting.sources import Source

    from .targets import Target

CYCLES = {
    "monthly": "month",
    "quarterly": "quarter",
    "half_yearly": "half",
    "yearly": "year",
}


def submit(
    target: Target,
    asked: dict[str, Any],
    reason: str,
    note: Callable[[list[dict[str, Any]]], None],
) -> None:
    """Submit a revision in the officer's name.

    Args:
        target: whose revision it is.
        asked: what `sonla_revision_submit` takes.
        reason: what is said for whatever needs a reason.
        note: is told what did, as reasons of a run, before it is submitted.

    Raises:
        RunProblem: the checks refuse it.
    """
    try:
        target.act("sonla_revision_submit", **asked)
        return
    except tk.ValidationError as error:
        model.Session.rollback()
        missing: Any = error.error_dict.get("missing")
        if not missing:
            raise RunProblem("refused", **told(error)) from error
        found = _findings(error)
    reasons = {one["key"]: reason for one in missing}
    note(
        [
            {"code": "reason", "told": {"finding": problems.about(one)}}
            for one in found
            if one.get("key") in reasons
        ]
    )
    try:
        target.act("sonla_revision_submit", **asked, reasons=reasons)
    except tk.ValidationError as error:
        model.Session.rollback()
        raise RunProblem("refused", **told(error)) from error


def period_of(source: Source, target: Target) -> str | None:
    """Return the period that the data speaks of, by the entry's cycle."""
    entry = {}
    with suppress(KeyError, tk.ObjectNotFound):
        code = target.dataset.get("catalogue_entry")
        entry = tk.get_action("sonla_entry_show")({"ignore_auth": True}, {"code": code})
    kind = CYCLES.get(entry.get("update_cycle") or "")
    if kind is None:
        return None
    period = clock.period_of(clock.today(), kind)
    # By the cycle a source is asked once a period is over.
    usual = "previous" if source.config.get("schedule") == cycle.CYCLE else "current"
    before = source.config.get("period", usual) == "previous"
    return str(period.previous() if before else period)


def told(error: tk.ValidationError) -> dict[str, Any]:
    """Return the first finding that refuses, or the first words."""
    findings = sorted(
        _findings(error), key=lambda one: one["severity"] != checks.BLOCKS
    )
    if findings:
        return {"finding": problems.about(findings[0])}
    found: Any = error.error_dict
    first = next((value for value in found.values() if value), str(error))
    return {"message": str(first[0] if isinstance(first, list) else first)}


def _findings(error: tk.ValidationError) -> list[dict[str, Any]]:
    found: Any = error.error_dict
    return [one for one in found.get("findings") or [] if one.get("message")]
