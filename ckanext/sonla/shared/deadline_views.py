"""Why this date? The page that counts any deadline before everyone's eyes.

It needs no account, leaves no cookie and runs no script: each kind of deadline is a
link, its few fields are a form that asks by GET, so an answer has an address.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from flask import Blueprint

import ckan.plugins.toolkit as tk

from . import clock, months, policy
from .msgid import N_
from .schema import DEADLINE_KINDS

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

deadlines = Blueprint("sonla_deadlines", __name__)

LONGEST = 200
NAMES = {
    "feedback": N_("Answer to feedback"),
    "quarterly_update": N_("Quarterly update"),
    "change_update": N_("Update after a change of the data"),
    "period_update": N_("Update by month, half or year"),
    "publish_by": N_("Publication by the date of the catalogue"),
}
# The rule and the policy number in it.
RULES: dict[str, tuple[str, str | None]] = {
    "feedback": (
        N_(
            "Article 9.2 of the regulation: the answer is public within {days} days of "
            "receipt."
        ),
        "feedback_days",
    ),
    "quarterly_update": (
        N_(
            "Article 8.4 of the regulation: each quarter the data is updated within "
            "{days} days of the quarter's first day, with data up to the end of the "
            "quarter before."
        ),
        "update_days",
    ),
    "change_update": (
        N_(
            "Article 8.4 of the regulation: data that changes is updated within {days} "
            "days of its change."
        ),
        "update_days",
    ),
    "period_update": (
        N_(
            "Counted like article 8.4 of the regulation: within {days} days of the "
            "first day after the period that the data speaks of."
        ),
        "period_days",
    ),
    "publish_by": (
        N_(
            "Article 7 of the regulation: the catalogue in force names the day by "
            "which the entry's data is public."
        ),
        None,
    ),
}
FIELDS = {
    "feedback": ("start",),
    "quarterly_update": ("year", "quarter"),
    "change_update": ("start",),
    "period_update": ("data_period",),
    "publish_by": ("entry",),
}


@deadlines.route("/deadline")
def explained() -> ResponseReturnValue:
    """Show how a deadline is counted, or the form that asks for one."""
    args = tk.request.args
    kind = args.get("kind") or "quarterly_update"
    if kind not in DEADLINE_KINDS:
        tk.abort(404, tk._("There is no such kind of deadline."))
    given = {
        name: args[name].strip()[:LONGEST] for name in FIELDS[kind] if name in args
    }
    told, errors, status = _asked(kind, given) if given else (None, {}, 200)
    values = {**_suggested(), **given}
    return tk.render("shared/deadline.html", _page(kind, values, told, errors)), status


def _asked(
    kind: str, given: dict[str, str]
) -> tuple[dict[str, Any] | None, dict[str, Any], int]:
    """Return the answer, or what is wrong with the question and its status."""
    try:
        told = tk.get_action("sonla_deadline_explain")({}, {"kind": kind, **given})
    except tk.ValidationError as error:
        return None, error.error_dict, 400
    except tk.ObjectNotFound as missing:
        return None, {"entry": [str(missing)]}, 404
    return told, {}, 200


def _suggested() -> dict[str, str]:
    """Return what the forms hold before anything is asked."""
    today = clock.today()
    this = clock.period_of(today, "quarter")
    return {
        "start": today.isoformat(),
        "year": str(this.first.year),
        "quarter": str(this)[-1],
        "data_period": str(clock.period_of(today, "month").previous()),
        "entry": "",
    }


def _page(
    kind: str,
    values: dict[str, str],
    told: dict[str, Any] | None,
    errors: dict[str, Any],
) -> dict[str, Any]:
    rule, number = RULES[kind]
    return {
        "kind": kind,
        "kinds": [(one, tk._(NAMES[one])) for one in DEADLINE_KINDS],
        "fields": FIELDS[kind],
        "rule": tk._(rule).format(days=policy.number(number) if number else ""),
        "values": values,
        "errors": errors,
        "told": told,
        "drawn": drawn(told) if told else [],
        "weekdays": months.weekdays(),
        "weekday": lambda day: months.weekday(date.fromisoformat(day)),
        "question": {"kind": kind, **{name: values[name] for name in FIELDS[kind]}},
    }


def drawn(told: dict[str, Any]) -> list[months.Month]:
    """Return the months of an explained deadline, each day marked with what it was.

    Args:
        told: what `sonla_deadline_explain` answers.
    """
    number = 0
    cells: dict[date, months.Cell] = {}
    for place, step in enumerate(told["steps"]):
        day = date.fromisoformat(step["date"])
        cell = cells.setdefault(day, months.Cell(day))
        if step["counted"]:
            number += 1
            cell.marks.append("counted")
            cell.note = tk._("day {number}").format(number=number)
        elif step["date"] == told["start"] and not place and len(told["steps"]) > 1:
            cell.marks.append("start")
            cell.note = tk._("start")
        elif step["date"] != told["due"]:
            cell.marks.append("off")
            off = tk._("day off")
            cell.note = f"{cell.note}, {off}" if cell.note else off
    _mark(cells, told.get("target"), "target", tk._("target"))
    _mark(cells, told["due"], "due", tk._("due"))
    return months.covering(cells, lambda day: cells.get(day) or months.Cell(day))


def _mark(
    cells: dict[date, months.Cell], day: str | None, mark: str, note: str
) -> None:
    if day is None:
        return
    cell = cells.setdefault(
        date.fromisoformat(day), months.Cell(date.fromisoformat(day))
    )
    cell.marks.append(mark)
    cell.note = note
