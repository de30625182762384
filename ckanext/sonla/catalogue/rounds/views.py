"""The pages of a round of review: the operator's table, the agency's answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.catalogue import forms, permissions
from ckanext.sonla.shared import roles, standing_in
from ckanext.sonla.shared.calling import call, read

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

review_rounds = Blueprint("sonla_review_rounds", __name__, url_prefix="/catalogue")

# How many new lines the form has room for; who has more answers twice as many times.
NEW_LINES = 3


@review_rounds.route("/rounds")
def index() -> ResponseReturnValue:
    """List the rounds; the operator opens one here."""
    found = read("sonla_review_round_list", {"limit": 100})
    return tk.render(
        "catalogue/rounds.html",
        {
            "rounds": found["results"],
            "runs": permissions.may(tk.current_user.name, "run"),
        },
    )


@review_rounds.route("/rounds", methods=["POST"])
def open_round() -> ResponseReturnValue:
    """Open a round."""
    form = tk.request.form
    asked = {"due": form.get("due", ""), "note": form.get("note", "")}
    made = call("sonla_review_round_open", asked)
    if made is None:
        return tk.redirect_to("sonla_review_rounds.index")
    tk.h.flash_success(tk._("The round is open. The agencies have been told."))
    return tk.redirect_to("sonla_review_rounds.show", id=made["id"])


@review_rounds.route("/round/<id>")
def show(id: str) -> ResponseReturnValue:  # noqa: A002 - the word in CKAN's addresses
    """Show a round: all answers to the office, the own one to an agency."""
    return _page(id)


def _page(round_id: str, form: Any = None) -> str:
    found = read("sonla_review_round_show", {"id": round_id})
    user = tk.current_user.name
    own = _own(found)
    runs = permissions.may(user, "run")
    return tk.render(
        "catalogue/round.html",
        {
            "round": found,
            "own": own,
            "entries": _part(found, own),
            "answers_it": own and permissions.may_in(user, "answer", None),
            "decided": _decided(found, own),
            "runs": runs,
            "oversees": permissions.may(user, "read_all"),
            "editions": _open_editions() if runs else [],
            "choices": forms.choices(),
            "new_lines": NEW_LINES,
            "form": form or {},
        },
    )


def _own(found: dict[str, Any]) -> dict[str, Any] | None:
    """Return the answer of the reader's own agency."""
    held = roles.appointment_of(tk.current_user.name)
    name = held.agency_name if held else None
    return next((one for one in found["answers"] if one["agency"] == name), None)


def _decided(found: dict[str, Any], own: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Return the answers on which the reader decides, as leader or in her place."""
    user = tk.current_user.name
    theirs = standing_in.agencies_of(user)
    names = {group.name for one in theirs if (group := model.Group.get(one))}
    if own and permissions.may_in(user, "approve_answer", None):
        names.add(own["agency"])
    return [one for one in found["answers"] if one["agency"] in names]


def _part(found: dict[str, Any], own: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Return the lines that the caller's agency is in charge of and that stand."""
    if own is None or not found["edition_id"]:
        return []
    entries: list[dict[str, Any]] = []
    while True:
        page = read(
            "sonla_entry_list",
            {
                "edition": found["edition_id"],
                "agency": own["agency"],
                "limit": 1000,
                "offset": len(entries),
            },
        )
        entries += page["results"]
        if not page["results"] or len(entries) >= page["count"]:
            break
    return [
        one
        for one in entries
        if one["lead_agency"] == own["agency"] and one["change"] != "retired"
    ]


def _open_editions() -> list[dict[str, Any]]:
    found = read("sonla_edition_list", {"limit": 100})["results"]
    return [one for one in found if one["state"] in ("draft", "rejected")]


@review_rounds.route("/round/<id>/answer", methods=["POST"])
def answer(id: str) -> ResponseReturnValue:  # noqa: A002
    """Take the agency's answer; what is refused stays typed in."""
    found = read("sonla_review_round_show", {"id": id})
    held = roles.appointment_of(tk.current_user.name)
    own = {"agency": held.agency_name} if held else None
    form = tk.request.form
    changes = _changes(form, _part(found, own))
    asked = {"id": id, "changes": changes, "note": form.get("note", "")}
    if call("sonla_review_round_answer", asked) is None:
        return _page(id, form), 409
    tk.h.flash_success(tk._("Your answer is with your leader."))
    return tk.redirect_to("sonla_review_rounds.show", id=id)


def _changes(form: Any, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    changes = []
    for number, entry in enumerate(entries):
        prefix = f"line-{number}-"
        change: dict[str, Any] = {
            "code": entry["code"],
            "reason": form.get(prefix + "reason", ""),
        }
        if form.get(prefix + "retire"):
            changes.append({**change, "change": "retired"})
            continue
        fields = forms.differing(forms.read_inputs(form, prefix), entry)
        if fields:
            changes.append({**change, "change": "changed", "fields": fields})
    for number in range(NEW_LINES):
        prefix = f"new-{number}-"
        fields = forms.read_inputs(form, prefix)
        if fields.get("title"):
            reason = form.get(prefix + "reason", "")
            changes.append({"change": "added", "fields": fields, "reason": reason})
    return changes


@review_rounds.route("/round-answer/<id>/<any(approve,return):step>", methods=["POST"])
def decide(id: str, step: str) -> ResponseReturnValue:  # noqa: A002
    """Approve or return the agency's answer."""
    asked = {"id": id}
    if step == "return":
        asked["comment"] = tk.request.form.get("comment", "")
    if call(f"sonla_review_round_answer_{step}", asked):
        tk.h.flash_success(tk._("Done."))
    round_id = tk.request.form.get("round", "")
    return tk.redirect_to("sonla_review_rounds.show", id=round_id or "open")


@review_rounds.route("/round/<id>/<any(remind,close,collect):step>", methods=["POST"])
def run(id: str, step: str) -> ResponseReturnValue:  # noqa: A002
    """Remind, close, or collect what was approved."""
    asked: dict[str, Any] = {"id": id}
    if step == "remind":
        asked["agencies"] = tk.request.form.getlist("agency")
    if step == "collect":
        asked["edition_id"] = tk.request.form.get("edition_id", "") or _begin(id)
    told = call(f"sonla_review_round_{step}", asked)
    if told is not None:
        _tell(step, told)
    return tk.redirect_to("sonla_review_rounds.show", id=id)


def _begin(round_id: str) -> str:
    note = tk._("Drawn up from the round of review")
    made = call("sonla_edition_create", {"kind": "amending", "note": note})
    return made["id"] if made else round_id


def _tell(step: str, told: dict[str, Any]) -> None:
    if step == "remind":
        count = told["reminded"]
        tk.h.flash_success(
            tk.ungettext(
                "{count} agency reminded.", "{count} agencies reminded.", count
            ).format(count=count)
        )
    elif step == "close":
        tk.h.flash_success(tk._("The round is closed."))
    else:
        tk.h.flash_success(
            tk._("{answers} answers with {changes} changes are in the edition.").format(
                answers=told["collected"], changes=told["changes"]
            )
        )
        for one in told["refused"]:
            tk.h.flash_error(f"{one['agency_title']}: {one['message']}")
