"""What the pages of handling show: filters, choices, what a refused step was given."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.feedback import people
from ckanext.sonla.feedback.permissions import reads_all
from ckanext.sonla.feedback.vocabulary import ANSWERED, KINDS, OPEN
from ckanext.sonla.shared import roles
from ckanext.sonla.shared.asking import sonla_ask

PER_PAGE = 30
EVERYBODY = "all"
ASKED = ("state", "kind", "only", "dataset_id", "after")
LONGEST = 200


def read(action: str, data: dict[str, Any]) -> Any:
    """Return what a reading action answers, or the page for what it refuses."""
    try:
        return tk.get_action(action)({}, data)
    except tk.ObjectNotFound as missing:
        tk.abort(404, str(missing))
    except tk.NotAuthorized as refused:
        tk.abort(403, refused.message or tk._("You may not do this."))
    except tk.ValidationError as error:
        tk.abort(400, sentences(error))


def sentences(error: tk.ValidationError) -> str:
    """Return what an action refuses as one text."""
    return " ".join(
        str(sentence)
        for told in error.error_dict.values()
        for sentence in (told if isinstance(told, list) else [told])
    )


def wanted() -> dict[str, str]:
    """Return the filters of the address; who has an agency begins with its own."""
    args = tk.request.args
    found = {one: args.get(one, "").strip()[:LONGEST] for one in (*ASKED, "agency")}
    user = tk.current_user.name
    held = roles.appointment_of(user)
    if not found["agency"]:
        # The office guides and urges all; its leader decides on its own answers.
        operates = held is not None and held.role in (roles.OPERATOR, roles.AUDITOR)
        own = bool(held) and not operates
        found["agency"] = held.agency_name if own and held else EVERYBODY
    return {name: value for name, value in found.items() if value}


def asked_by(filters: dict[str, str]) -> dict[str, Any]:
    """Return the filters as `sonla_feedback_inbox_list` takes them."""
    asked: dict[str, Any] = {**filters, "limit": PER_PAGE}
    if asked.get("agency") == EVERYBODY:
        del asked["agency"]
    return asked


def choices(user: str) -> dict[str, Any]:
    """Return what the form of the filters offers."""
    return {
        "states": ["open", *OPEN, "closed", *ANSWERED],
        "kinds": list(KINDS),
        "agencies": agencies() if reads_all(user) else [],
    }


def agencies() -> list[tuple[str, str]]:
    """Return the active agencies as pairs of name and title, by title."""
    group = model.group_table.c
    rows = model.Session.execute(
        sa.select(group["name"], group["title"])
        .where(group["is_organization"].is_(True), group["state"] == "active")
        .order_by(group["title"])
    )
    return [(name, title or name) for name, title in rows]


def assignees(agency: str) -> list[tuple[str, str]]:
    """Return who may draft an agency's answers, as pairs of name and full name."""
    found = people.agency(agency)
    users = [
        model.User.get(one) for one in people.handlers_of(found.id if found else "")
    ]
    return [(one.name, one.fullname or one.name) for one in users if one]


def revisions(dataset_id: str | None) -> list[dict[str, Any]]:
    """Return the published revisions of a dataset that an answer may cite."""
    if not dataset_id:
        return []
    found = sonla_ask(
        "sonla_revision_list", dataset_id=dataset_id, state=["published"], limit=5
    )
    return found["results"] if found else []


def saved() -> list[dict[str, Any]]:
    """Return the answers that the reader's agency has saved."""
    found = sonla_ask("sonla_feedback_saved_answer_list", limit=100)
    return found["results"] if found else []
