"""Trying a catalogue: where would its datasets go? Keeps nothing."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ckanext.harvest import queue
from ckanext.sonla.harvesting.limits import limits_of
from ckanext.sonla.harvesting.problems import SourceProblem
from ckanext.sonla.harvesting.runs import problems

from . import gathering, mapping, reading

if TYPE_CHECKING:
    from ckanext.sonla.harvesting.sources import Source

    from .remote import Remote

# Somebody waits for it.
SECONDS = 30.0
PAGES = 50
COLUMNS = ("title", "id", "entry", "files", "left_files", "problem", "message")


def tried(source: Source) -> dict[str, Any]:
    """List a source's datasets, and tell how that went."""
    began = time.monotonic()
    told: dict[str, Any] = {"ok": True, "problem": None, "message": None, "missing": []}
    try:
        found = _remotes(source)
    except SourceProblem as problem:
        said = {"problem": problem.code, "message": problem.words(), "ok": False}
        return {**told, **said, "fields": [], "seconds": None}
    fields = dict.fromkeys(name for one in found for name in sorted(one.fields))
    seconds = round(time.monotonic() - began, 3)
    return {**told, "fields": list(fields), "seconds": seconds, "datasets": len(found)}


def preview(source: Source, count: int) -> dict[str, Any]:
    """Return where a source's datasets would go, and why some would not.

    Raises:
        SourceProblem: what has to be mended.
    """
    found = _remotes(source)
    entries = mapping.entry_codes(source, found)
    # What is taken first: a catalogue may have thousands that are left out.
    found.sort(key=lambda one: entries[one.guid][1] is not None)
    rows = [_row(source, one, *entries[one.guid]) for one in found[:count]]
    taken = sum(reason is None for _, reason in entries.values())
    counts = {"datasets": len(found), "taken": taken}
    nothing = {"fields": [], "missing": [], "checked": False, "findings": []}
    return {**nothing, **counts, "columns": list(COLUMNS), "rows": rows}


def _row(
    source: Source, one: Remote, code: str | None, reason: dict[str, Any] | None
) -> dict[str, Any]:
    wanted = mapping.wanted(source, one, mapping.entry(code)) if code else None
    if wanted is not None and reason is None and not wanted.files:
        left = ", ".join(wanted.left) or "—"
        reason = {"code": "no_files", "told": {"left": left}}
    return {
        "title": one.title,
        "id": one.guid,
        "entry": code,
        "files": len(wanted.files) if wanted else 0,
        "left_files": ", ".join(wanted.left) if wanted else "",
        "problem": reason["code"] if reason else None,
        "message": problems.say(reason) if reason else None,
    }


def _remotes(source: Source) -> list[Remote]:
    limits = limits_of(source.config)
    few = replace(
        limits,
        pages=min(limits.pages, PAGES),
        seconds=min(limits.seconds, SECONDS),
        answer_seconds=min(limits.answer_seconds, SECONDS),
        attempts=min(limits.attempts, 2),
        longest_wait=min(limits.longest_wait, 1.0),
    )
    harvester: Any = queue.get_harvester(source.kind)
    with reading.reading(source, few):
        return gathering.distinct(harvester.remotes(source))
