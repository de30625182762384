"""Runs and quarantined rows, as the actions answer them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.shared import checks, clock

from . import checking, problems

if TYPE_CHECKING:
    from datetime import datetime

    from .model import HarvestRun, QuarantinedRow


def run(found: HarvestRun) -> dict[str, Any]:
    """Return a run with its ledger; who asked for it is a person, and not told."""
    names = ("id", "number", "source_id", "dataset_id", "revision_id", "cause", "mode")
    told = {name: getattr(found, name) for name in names}
    return {
        **told,
        "table": found.table_name,
        "approval_id": found.approval_id,
        "state": found.state,
        "stage": found.stage,
        "outcome": found.outcome,
        "reasons": [_reason(one) for one in found.reasons],
        **checking.told(found),
        "compared": found.compared,
        "rows_before": found.rows_before,
        "rows_after": found.rows_after,
        "fields": found.fields,
        "crashes": found.crashes,
        "queued": clock.iso_z(found.queued),
        "started": _at(found.started),
        "ended": _at(found.ended),
        "seconds": _seconds(found),
        "source_seconds": round(found.source_seconds, 3),
    }


def _reason(told: dict[str, Any]) -> dict[str, Any]:
    said = {"code": told["code"], "sentence": problems.say(told)}
    if told["code"] == problems.SOURCE:
        said["problem"] = told["told"]["code"]
    return said


def quarantined(found: QuarantinedRow) -> dict[str, Any]:
    """Return a row that broke a rule, with its sentence in the caller's language."""
    findings = [
        {
            "rule": one["rule"],
            "column": one.get("column"),
            "value": one.get("value"),
            "sentence": checks.sentence({"params": {}, **one}),
        }
        for one in found.findings
    ]
    return {
        "id": found.id,
        "run_id": found.run_id,
        "page": found.page,
        "row": found.row,
        "rule": found.rule,
        "message": findings[0]["sentence"] if findings else found.message,
        "findings": findings,
        "cells": found.cells,
        "state": found.state,
        "resolved": _at(found.resolved),
    }


def _at(moment: datetime | None) -> str | None:
    return clock.iso_z(moment) if moment else None


def _seconds(found: HarvestRun) -> float | None:
    if found.started is None or found.ended is None:
        return None
    return round((found.ended - found.started).total_seconds(), 3)


def listed(query: sa.Select[Any], limit: int, offset: int, one: Any) -> dict[str, Any]:
    """Return `count` and `results` of a query."""
    count = model.Session.scalar(
        sa.select(sa.func.count()).select_from(query.order_by(None).subquery())
    )
    page = model.Session.scalars(query.limit(limit).offset(offset))
    return {"count": count, "results": [one(found) for found in page]}
