"""What the templates of a comparison and of the review ask for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.approval.drafting import seen
from ckanext.sonla.shared import checks, clock, formats

from . import wording

# Shorter values are read at once, before and after; longer ones word by word.
SHORT = 60


def sonla_words(before: str | None, after: str | None) -> list[tuple[str, str]] | None:
    """Return two texts as one with its changes; None if they are read better apart."""
    before, after = before or "", after or ""
    if not before or not after or max(len(before), len(after)) < SHORT:
        return None
    return wording.parts(before, after)


def sonla_diff_columns(resource: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a table's columns for its rows: the key's, those that differ, others."""
    rows = (resource.get("rows") or {}).get("results") or []
    key = (resource.get("table") or {}).get("key") or []
    differing = {name for row in rows for name in row.get("columns") or ()}

    def place(column: dict[str, Any]) -> int:
        name = column["column"]
        return 0 if name in key else 1 if name in differing else 2

    return sorted(resource.get("columns") or [], key=place)


def sonla_diff_cells(
    row: dict[str, Any], columns: list[dict[str, Any]], key: list[str]
) -> list[dict[str, Any]]:
    """Return a row's cells: `title`, `before`, `after` in words, `kind`."""
    before, after = row.get("before") or {}, row.get("after") or {}
    told = []
    for column in columns:
        name = column["column"]
        kind = "differs" if name in (row.get("columns") or ()) else "same"
        told.append(
            {
                "title": column["title"],
                "before": sonla_diff_value(before.get(name), column.get("type")),
                "after": sonla_diff_value(after.get(name), column.get("type")),
                "kind": "key" if name in key else kind,
            }
        )
    return told


def sonla_diff_value(value: Any, type_: str | None) -> str:
    """Return a cell's value as people read it, by its column's type."""
    if isinstance(value, str) and type_ in ("date", "timestamp without time zone"):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return value
        # A table's times are the ones written in the file: they have no zone.
        day = f"{moment:%d/%m/%Y}"
        return day if type_ == "date" else f"{moment:%H:%M} {day}"
    return formats.sonla_cell(value)


FIGURES = ("sum", "min", "max")


def sonla_diff_figures(resource: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a line a column: `title`, `unit`, `changed`, and pairs of figures."""
    known = {column["column"]: column for column in resource.get("columns") or []}
    # Without a key nobody knows which value changed, but how many there are.
    figures = FIGURES if resource["table"]["key"] else ("filled", *FIGURES)
    told = []
    for line in resource["table"]["summary"]:
        column = known.get(line["column"], {"title": line["column"]})
        before, after = line["before"] or {}, line["after"] or {}
        told.append(
            {
                "title": column["title"],
                "unit": column.get("unit"),
                "changed": line["changed"],
                "pairs": [
                    (
                        sonla_figure(before.get(figure), column.get("type")),
                        sonla_figure(after.get(figure), column.get("type")),
                    )
                    for figure in figures
                ],
            }
        )
    return told


def sonla_figure(value: Any, type_: str | None) -> str:
    """Return a column's sum, least or greatest value; numbers with their marks."""
    if isinstance(value, int | float):
        return formats.sonla_number(round(value, 6))
    return sonla_diff_value(value, type_)


def sonla_glance(
    revision: dict[str, Any],
    changes: dict[str, Any] | None,
    findings: list[dict[str, Any]] | None,
) -> list[dict[str, str]]:
    """Return what a leader should know first: `name`, `text`, `anchor`, `mood`."""
    told = []
    if revision["state"] == "submitted" and revision.get("submitted"):
        told.append(
            {
                "name": tk._("Waiting"),
                "text": sonla_waiting(revision["submitted"]),
                "anchor": "summary",
                "mood": "late" if _days(revision["submitted"]) >= LATE else "",
            }
        )
    if changes is not None:
        told.append(
            {
                "name": tk._("What changes"),
                "text": "; ".join(_changes_told(changes)) or tk._("nothing"),
                "anchor": "changes",
                "mood": "",
            }
        )
    if findings is not None:
        told.append(_findings_told(findings))
    if "comments" in revision:
        count = len(revision["comments"])
        text = tk.ungettext("{number} remark", "{number} remarks", count)
        told.append(
            {
                "name": tk._("Conversation"),
                "text": text.format(number=count) if count else tk._("no remarks"),
                "anchor": "conversation",
                "mood": "",
            }
        )
    return told


# After so many days in the inbox a revision is shown as late.
LATE = 2


def sonla_waiting(since: str) -> str:
    """Return how long something waits, in whole days."""
    days = _days(since)
    if days <= 0:
        return tk._("since today")
    return tk.ungettext("for {number} day", "for {number} days", days).format(
        number=days
    )


def sonla_is_late(since: str) -> bool:
    """Tell whether something waits for longer than it should."""
    return _days(since) >= LATE


def _days(since: str) -> int:
    moment = datetime.fromisoformat(since)
    return (clock.today() - moment.astimezone(clock.zone()).date()).days


def _changes_told(changes: dict[str, Any]) -> list[str]:
    told = []
    fields = len(changes["dataset"])
    if fields:
        text = tk.ungettext("{number} field", "{number} fields", fields)
        told.append(text.format(number=fields))
    files = sum(one["change"] != "unchanged" for one in changes["resources"])
    if files:
        text = tk.ungettext("{number} file", "{number} files", files)
        told.append(text.format(number=files))
    rows = [(one["table"] or {}).get("counts") for one in changes["resources"]]
    for change, sign in (
        ("added", "+"),
        ("removed", "\N{MINUS SIGN}"),
        ("changed", "~"),
    ):
        count = sum(counts[change] for counts in rows if counts)
        if count:
            text = tk.ungettext("{number} row", "{number} rows", count)
            told.append(sign + text.format(number=formats.sonla_number(count)))
    return told


def _findings_told(findings: list[dict[str, Any]]) -> dict[str, str]:
    blocks = sum(one["severity"] == checks.BLOCKS for one in findings)
    reasons = sum(one["severity"] == checks.NEEDS_REASON for one in findings)
    if blocks:
        text = tk.ungettext(
            "{number} must be mended", "{number} must be mended", blocks
        ).format(number=blocks)
    elif reasons:
        text = tk.ungettext(
            "{number} with a reason", "{number} with reasons", reasons
        ).format(number=reasons)
    elif findings:
        text = tk.ungettext(
            "{number} for your information",
            "{number} for your information",
            len(findings),
        ).format(number=len(findings))
    else:
        text = tk._("nothing to mend")
    mood = "blocks" if blocks else "needs_reason" if reasons else ""
    return {"name": tk._("Checks"), "text": text, "anchor": "findings", "mood": mood}


def sonla_seen(package: dict[str, Any] | None) -> str:
    """Return the mark of a dataset's texts as a form shows them."""
    return seen.mark_of_package(package["id"]) if package and package.get("id") else ""


def sonla_resource_seen(resource: dict[str, Any] | None) -> str:
    """Return the mark of a file's texts as a form shows them."""
    if not resource or not resource.get("id"):
        return ""
    return seen.mark_of_resource(resource["id"])
