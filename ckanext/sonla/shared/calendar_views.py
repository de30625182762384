"""The year's days off and make-up working days; operators keep their own table here."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from flask import Blueprint

import ckan.plugins.toolkit as tk

from . import calendar, clock, months
from .schema import calendar_year

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

days_off = Blueprint("sonla_days_off", __name__)

LONGEST = 200
_read: Any = calendar_year
# Of what a change moved: these many are shown, the rest is counted.
SHOWN_MOVES = 50


@days_off.route("/calendar")
def index() -> ResponseReturnValue:
    """Show a year."""
    return _page(_year(tk.request.args.get("year")))


@days_off.route("/calendar", methods=["POST"])
def keep() -> ResponseReturnValue:
    """Make a date a holiday or a working day."""
    form = tk.request.form
    asked = {name: form.get(name, "")[:LONGEST] for name in ("date", "kind", "name")}
    return _changed("sonla_calendar_set", asked)


@days_off.route("/calendar/unset", methods=["POST"])
def forget() -> ResponseReturnValue:
    """Take a date out of the operator's table."""
    asked = {"date": tk.request.form.get("date", "")[:LONGEST]}
    return _changed("sonla_calendar_unset", asked)


def _changed(action: str, asked: dict[str, str]) -> ResponseReturnValue:
    """Change the table and show what moved; twice the same changes nothing more."""
    try:
        told = tk.get_action(action)({}, asked)
    except tk.NotAuthorized as refused:
        tk.abort(403, refused.message or tk._("You may not do this."))
    except tk.ObjectNotFound as missing:
        tk.h.flash_error(str(missing))
        return _page(_year(asked["date"][:4], lenient=True)), 404
    except tk.ValidationError as error:
        year = _year(asked["date"][:4], lenient=True)
        return _page(year, values=asked, errors=error.error_dict), 409
    return _page(_year(told["date"][:4]), changed=told)


def _year(asked: str | None, *, lenient: bool = False) -> int:
    """Return the year that is asked for, this one by default."""
    if not asked:
        return clock.today().year
    try:
        return _read(asked)
    except tk.Invalid as wrong:
        if lenient:
            return clock.today().year
        tk.abort(400, wrong.error)


def _page(year: int, **more: Any) -> str:
    listed = tk.get_action("sonla_calendar_list")({}, {"year": year})["results"]
    in_force = calendar.load()
    named = {one["date"]: one for one in listed}

    def cell(day: date) -> months.Cell:
        found = months.Cell(day)
        entered = named.get(day.isoformat())
        if entered and entered["kind"] == calendar.WORKING:
            found.marks.append("working")
        elif entered:
            found.marks.append("holiday")
        elif not in_force(day).working:
            found.marks.append("off")
        if entered and entered["source"] == "operator":
            found.marks.append("own")
        return found

    moved = (more.get("changed") or {}).get("moved") or []
    return tk.render(
        "shared/calendar.html",
        {
            "year": year,
            "first": clock.FIRST_YEAR,
            "last": clock.LAST_YEAR - 1,
            "months": [months.month(year, number, cell) for number in range(1, 13)],
            "weekdays": months.weekdays(),
            "weekday": lambda day: months.weekday(date.fromisoformat(day)),
            "days": listed,
            "runs": _runs(),
            "values": {},
            "errors": {},
            "changed": None,
            "moved": moved[:SHOWN_MOVES],
            "more": max(0, len(moved) - SHOWN_MOVES),
            **more,
        },
    )


def _runs() -> bool:
    """Tell whether the reader keeps the table."""
    try:
        tk.check_access("sonla_calendar_set", {}, {})
    except tk.NotAuthorized:
        return False
    return True
