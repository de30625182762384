"""The pages that confirm, end and suspend what is published. They need no script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint

import ckan.plugins.toolkit as tk
from ckan import model

from . import notice, serving, taking_down

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

lifecycle = Blueprint("sonla_lifecycle", __name__)
lifecycle.before_app_request(notice.stand_in)


@dataclass(frozen=True)
class Step:
    """A form's action, and what it asks beside the dataset."""

    action: str
    fields: tuple[str, ...]


# Step, as its address says it → what its form does.
STEPS = {
    "no-change": Step("sonla_no_change_confirm", ("data_period",)),
    "retire": Step("sonla_dataset_retire", ("reason",)),
    "take-down": Step("sonla_dataset_take_down", ("reason",)),
    "restore": Step("sonla_dataset_restore", ("reason",)),
    "answer": Step("sonla_take_down_answer", ("answer", "text")),
}
_FORM = "/dataset/<id>/<any({}):step>".format(",".join(f'"{name}"' for name in STEPS))
_PAGE = 50


@lifecycle.route("/taken-down")
def taken_down() -> ResponseReturnValue:
    """Show everybody what was taken down, why, and what came of it."""
    page = max(1, tk.h.get_page_number(tk.request.args))
    found = tk.get_action("sonla_take_down_list")(
        {}, {"limit": _PAGE, "offset": (page - 1) * _PAGE}
    )
    return tk.render("approval/taken_down.html", {**found, "page": page, "step": _PAGE})


@lifecycle.route(_FORM, methods=["GET"])
def ask(id: str, step: str) -> ResponseReturnValue:  # noqa: A002 - CKAN's word
    """Show the form of a step."""
    return _form(id, step)


@lifecycle.route(_FORM, methods=["POST"])
def take(id: str, step: str) -> ResponseReturnValue:  # noqa: A002 - CKAN's word
    """Take a step, then show what came of it."""
    known = STEPS[step]
    asked = {name: tk.request.form.get(name, "").strip() for name in known.fields}
    try:
        done = tk.get_action(known.action)({}, {"dataset_id": id, **asked})
    except tk.ObjectNotFound:
        tk.abort(404, tk._("Dataset not found"))
    except tk.NotAuthorized as refused:
        tk.abort(403, refused.message or tk._("You may not do this"))
    except tk.ValidationError as error:
        return _form(id, step, asked, error.error_dict), 409
    tk.h.flash_success(_done(step))
    if step in ("no-change", "retire"):
        return tk.redirect_to("sonla_approval.review", id=done["id"])
    return tk.redirect_to("sonla_lifecycle.taken_down")


def _form(
    dataset_id: str,
    step: str,
    asked: dict[str, Any] | None = None,
    errors: dict[str, Any] | None = None,
) -> str:
    package = model.Package.get(dataset_id)
    if package is None or package.state != model.State.ACTIVE:
        tk.abort(404, tk._("Dataset not found"))
    try:
        tk.check_access(STEPS[step].action, {}, {"dataset_id": package.id})
    except tk.NotAuthorized as refused:
        tk.abort(403, refused.message or tk._("You may not do this"))
    return tk.render(
        "approval/lifecycle_form.html",
        {
            "step": step,
            "fields": STEPS[step].fields,
            "answers": taking_down.ANSWERS,
            "dataset": package,
            "taken": serving.take_down_of(package.id),
            "asked": asked or {},
            "errors": errors or {},
        },
    )


def _done(step: str) -> str:
    return {
        "no-change": tk._("Submitted. The leader has been told."),
        "retire": tk._("Submitted. The leader has been told."),
        "take-down": tk._("Taken down. The agency has been told."),
        "restore": tk._("The public sees the approved state again."),
        "answer": tk._("Answered. The operator has been told."),
    }[step]
