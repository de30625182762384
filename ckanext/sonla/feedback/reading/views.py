"""The public pages of feedback. They need no script, and readers get no cookie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, stream_with_context

import ckan.plugins.toolkit as tk
from ckanext.sonla.feedback.vocabulary import ANSWERED, KINDS, OPEN

from . import feeds, figures, files, pages, schema
from .reader import Reader

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

sonla_feedback = Blueprint("sonla_feedback", __name__)
PER_PAGE = 20
# The states that a stranger may filter by.
SHOWN = (*OPEN, *ANSWERED)


@sonla_feedback.route("/feedback")
def index() -> ResponseReturnValue:
    """List feedback, by what the filters leave."""
    chosen, page = pages.chosen(tk.request.args), pages.page_number(PER_PAGE)
    asked = {**chosen, "limit": PER_PAGE, "offset": (page - 1) * PER_PAGE}
    errors: dict[str, Any] = {}
    try:
        found = tk.get_action("sonla_feedback_list")({}, asked)
    except tk.NotAuthorized as refused:
        tk.abort(403, refused.message or "")
    except tk.ValidationError as error:
        errors, found = error.error_dict, {"count": 0, "results": []}
    reader = Reader(tk.current_user.name)
    return tk.render(
        "feedback/reading/index.html",
        {
            "items": found["results"],
            "count": found["count"],
            "capped": found.get("count_capped"),
            "chosen": chosen,
            "errors": errors,
            "number": page,
            "more": found["count"] > page * PER_PAGE
            and page * PER_PAGE <= schema.MOST_OFFSET,
            "kinds": list(KINDS),
            "states": ["open", "closed", *SHOWN],
            "years": pages.years(),
            "agencies": pages.agencies(),
            "bars": pages.bars_by_kind(),
            "delays": reader.delays,
        },
    ), (400 if errors else 200)


@sonla_feedback.route("/feedback/<code>")
def show(code: str) -> ResponseReturnValue:
    """Show one: what was asked, by when it is due, what was answered."""
    try:
        found = tk.get_action("sonla_feedback_show")({}, {"code": code})
    except (tk.ObjectNotFound, tk.ValidationError):
        tk.abort(404, tk._("There is no such feedback."))
    return tk.render(
        "feedback/reading/show.html",
        {
            "item": found,
            "revision": pages.revision_of(found),
            "makes_entry": found["kind"] == "publish_request"
            and not found["entry"]
            and pages.makes_entries(tk.current_user.name),
        },
    )


@sonla_feedback.route("/feedback.<any(atom,rss):kind>")
def feed(kind: str) -> ResponseReturnValue:
    """Tell readers of feeds what was answered."""
    newest = pages.newest_answers(feeds.ITEMS)
    return Response(feeds.feed(kind, newest), content_type=feeds.TYPES[kind])


@sonla_feedback.route("/feedback.csv")
def as_csv() -> ResponseReturnValue:
    """Give all answered feedback as a file, while it is read."""
    lines = stream_with_context(files.as_csv())
    answer = Response(lines, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{files.name()}"'
    return answer


@sonla_feedback.route("/feedback/statistics")
def statistics() -> ResponseReturnValue:
    """Show how much was asked and how it was answered."""
    reader = Reader(tk.current_user.name)
    years = pages.years()
    year = pages.year_of(tk.request.args, years)
    quarters = figures.quarters()
    asked = tk.request.args.get("quarter", "")
    quarter = asked if asked in quarters else next(iter(quarters), None)
    return tk.render(
        "feedback/reading/statistics.html",
        {
            "bars": pages.bars_by_kind(),
            "by_year": figures.by_year(),
            "agencies": figures.by_agency(reader, year),
            "years": years,
            "year": year,
            "columns": files.heads(),
            "quarters": quarters,
            "quarter": quarter,
            "frozen": figures.frozen(quarter) if quarter else [],
        },
    )


@sonla_feedback.route("/feedback/<code>/entry-request", methods=["POST"])
def ask_for_entry(code: str) -> ResponseReturnValue:
    """Let the operator make a request to publish into one for an entry (article 7.2).

    The office drafts it with what was asked; its leader sends it, and an answer may
    name it.
    """
    if not pages.makes_entries(tk.current_user.name):
        tk.abort(403, tk._("Only an operator of the portal asks for an entry."))
    try:
        item = tk.get_action("sonla_feedback_show")({}, {"code": code})
        made = tk.get_action("sonla_entry_request_create")({}, pages.entry_asked(item))
        pages.record_request(item["code"], made["id"])
    except tk.ObjectNotFound as missing:
        tk.abort(404, str(missing))
    except tk.NotAuthorized as refused:
        tk.abort(403, refused.message or "")
    except tk.ValidationError as error:
        tk.abort(409, pages.sentences(error))
    return tk.redirect_to("sonla_entry_requests.show", id=made["id"])
