"""The pages of what is owed. They need no script, and readers get no cookie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import clock, roles
from ckanext.sonla.shared.calling import call, page_number, sentences

from . import listing
from .feeds.views import calendars
from .pages import files, filters, lines, matrix, owing
from .pages.asking import agency_of
from .pages.changes import changes
from .permissions import declares_for, may, reads_all, reads_of
from .statuses import STATUSES

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from .pages.filters import Filters

obligations = Blueprint("sonla_obligations", __name__)
__all__ = ["calendars", "changes", "obligations"]

PER_PAGE = 50
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@obligations.route("/obligations")
def owed() -> ResponseReturnValue:
    """Show what an agency owes: the reader's own, or one that the office asks for."""
    user = tk.current_user.name
    asked = tk.request.args.get("agency")
    if not asked and not reads_of(user):
        if reads_all(user):
            return tk.redirect_to("sonla_obligations.overview")
        return tk.redirect_to("sonla_obligations.listed")
    agency = agency_of(user, asked)
    held = roles.appointment_of(user)
    own = held is not None and held.agency_id == agency.id
    return tk.render(
        "obligations/owed.html",
        {
            "agency": agency,
            "own": own,
            "acts": agency.id in reads_of(user),
            "declares": agency.id in declares_for(user),
            "heaps": owing.owed_by(user, agency.id),
        },
    )


@obligations.route("/obligations/matrix")
def overview() -> ResponseReturnValue:
    """Show the office how all agencies stand, quarter by quarter."""
    user = tk.current_user.name
    if not reads_all(user):
        tk.abort(403, tk._("The matrix is for the operating office."))
    wanted, errors = _wanted()
    page = page_number()
    found = matrix.matrix(user, wanted, (page - 1) * matrix.PER_PAGE)
    return tk.render(
        "obligations/matrix.html",
        {
            **_filtered(wanted, errors),
            "rows": found.rows,
            "count": found.count,
            "number": page,
            "more": found.count > page * matrix.PER_PAGE,
        },
    ), (400 if errors else 200)


@obligations.route("/obligations/list")
def listed() -> ResponseReturnValue:
    """List obligations line by line, as the reader may see them."""
    user = tk.current_user.name
    wanted, errors = _wanted()
    reader = listing.Reader(user)
    query = lines.query(reader, wanted)
    page = page_number()
    count = lines.count(query)
    return tk.render(
        "obligations/list.html",
        {
            **_filtered(wanted, errors),
            "lines": lines.page(reader, query, PER_PAGE, (page - 1) * PER_PAGE),
            "count": count,
            "number": page,
            "more": count > page * PER_PAGE,
            "runs": may(user, "excuse"),
            "reminds": tk.h.sonla_has_action("sonla_obligation_remind"),
        },
    ), (400 if errors else 200)


def _wanted() -> tuple[Filters, dict[str, Any]]:
    """Return the filters of the address; what makes no sense is said, not guessed."""
    try:
        return filters.read(tk.request.args), {}
    except tk.ValidationError as error:
        return filters.read({}), error.error_dict


def _filtered(wanted: Filters, errors: dict[str, Any]) -> dict[str, Any]:
    return {
        "wanted": wanted,
        "errors": errors,
        "typed": tk.request.args,
        "choices": filters.choices(),
        "statuses": STATUSES,
        "today": clock.today(),
    }


@obligations.route("/obligations.<any(csv,xlsx):kind>")
def download(kind: str) -> ResponseReturnValue:
    """Give what the filters leave as a file."""
    try:
        wanted = filters.read(tk.request.args)
    except tk.ValidationError as error:
        tk.abort(400, sentences(error))
    make = files.as_csv if kind == "csv" else files.as_workbook
    answer = Response(make(tk.current_user.name, wanted), content_type=TYPES[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="nghia-vu.{kind}"'
    return answer


@obligations.route("/obligations/remind", methods=["POST"])
def remind() -> ResponseReturnValue:
    """Send one more reminder for each line that was ticked."""
    ticked = tk.request.form.getlist("obligation")
    if not ticked:
        tk.h.flash_error(tk._("Tick the lines to be reminded of."))
    elif told := call("sonla_obligation_remind", {"ids": ticked}):
        tk.h.flash_success(
            tk.ungettext(
                "Reminded of {count} line.", "Reminded of {count} lines.", told["count"]
            ).format(count=told["count"])
        )
    return tk.redirect_to(_back())


def _back() -> str:
    """Return the list that a form came from, by its own filters only."""
    query = tk.request.form.get("query", "")[:500]
    address = tk.h.url_for("sonla_obligations.listed")
    return f"{address}?{query}" if query and "\n" not in query else address


@obligations.route("/obligations/<id>/excuse")
def ask_excuse(id: str) -> ResponseReturnValue:  # noqa: A002
    """Show an obligation, and the form that excuses it."""
    return _excuse_page(id)


@obligations.route("/obligations/<id>/excuse", methods=["POST"])
def excuse(id: str) -> ResponseReturnValue:  # noqa: A002
    """Excuse an obligation, for a reason that the public reads."""
    told = tk._("Excused. The public reads the reason.")
    return _take(id, "sonla_obligation_excuse", told)


@obligations.route("/obligations/<id>/excuse/withdraw", methods=["POST"])
def withdraw_excuse(id: str) -> ResponseReturnValue:  # noqa: A002
    """Take an excuse back: the obligation is owed as before."""
    told = tk._("The excuse is taken back: the obligation is owed again.")
    return _take(id, "sonla_obligation_excuse_withdraw", told)


def _take(obligation_id: str, action: str, told: str) -> ResponseReturnValue:
    reason = tk.request.form.get("reason", "").strip()
    try:
        tk.get_action(action)({}, {"id": obligation_id, "reason": reason})
    except tk.ObjectNotFound as missing:
        tk.abort(404, str(missing))
    except tk.NotAuthorized as refused:
        tk.abort(403, refused.message or tk._("You may not do this."))
    except tk.ValidationError as error:
        return _excuse_page(obligation_id, reason, error.error_dict), 409
    tk.h.flash_success(told)
    return tk.redirect_to("sonla_obligations.ask_excuse", id=obligation_id)


def _excuse_page(
    obligation_id: str, reason: str = "", errors: dict[str, Any] | None = None
) -> str:
    user = tk.current_user.name
    if not may(user, "excuse"):
        tk.abort(403, tk._("Only an operator of the portal excuses an obligation."))
    reader = listing.Reader(user)
    found = lines.page(reader, lines.by_id(reader, obligation_id), 1)
    if not found:
        tk.abort(404, tk._("There is no such obligation."))
    return tk.render(
        "obligations/excuse.html",
        {"line": found[0], "reason": reason, "errors": errors or {}},
    )
