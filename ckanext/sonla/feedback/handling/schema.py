"""What the actions of handling take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.feedback.vocabulary import ANSWERED, KINDS, OPEN
from ckanext.sonla.shared import schema as shared

if TYPE_CHECKING:
    from ckan.types import Schema

LONGEST = 20_000
LONGEST_TITLE = 200
FILTERS = ("mine", "overdue", "waiting", "held")


def _is_text(value: Any) -> str:
    if not isinstance(value, str):
        raise tk.Invalid(tk._("Write a text."))
    text = value.replace("\0", "").replace("\r\n", "\n").strip()
    if len(text) > LONGEST:
        raise tk.Invalid(
            tk._("Write at most {number} characters.").format(number=LONGEST)
        )
    return text


def _said(value: str) -> str:
    if not value:
        raise tk.Invalid(tk._("Missing value"))
    return value


def _is_title(value: Any) -> str:
    # A validator is asked on after another one has refused, with what it refused.
    value = _is_text(value)
    if len(value) > LONGEST_TITLE or "\n" in value:
        told = tk._("Write one line of at most {number} characters.")
        raise tk.Invalid(told.format(number=LONGEST_TITLE))
    return value


def _needed() -> list[Any]:
    return [tk.get_validator("not_empty"), _is_text, _said]


def _optional() -> list[Any]:
    return [tk.get_validator("ignore_empty"), _is_text]


def by_code() -> Schema:
    """What an action takes that needs the feedback only."""
    return {"code": _needed()}


def feedback_assign() -> Schema:
    """What `sonla_feedback_assign` takes."""
    return {**by_code(), "account": _optional()}


def feedback_forward() -> Schema:
    """What `sonla_feedback_forward` takes."""
    return {**by_code(), "agency": _needed(), "reason": _optional()}


def feedback_coordinate() -> Schema:
    """What `sonla_feedback_coordinate` takes."""
    return {**by_code(), "agency": _needed(), "text": _needed()}


def feedback_text() -> Schema:
    """What `sonla_feedback_contribute` and `sonla_feedback_note` take."""
    return {**by_code(), "text": _needed()}


def feedback_pause() -> Schema:
    """What `sonla_feedback_pause` takes."""
    return {**by_code(), "reason": _needed()}


def feedback_answer_submit() -> Schema:
    """What `sonla_feedback_answer_submit` takes."""
    return {**by_code(), "text": _needed(), "revision": _optional()}


def feedback_reject() -> Schema:
    """What `sonla_feedback_reject` takes."""
    return {**by_code(), "reason": _needed(), "text": _optional()}


def feedback_answer_approve() -> Schema:
    """What `sonla_feedback_answer_approve` takes."""
    return {**by_code(), "answer": _optional(), "comment": _optional()}


def feedback_answer_return() -> Schema:
    """What `sonla_feedback_answer_return` takes."""
    return {**by_code(), "answer": _optional(), "comment": _needed()}


def feedback_reopen() -> Schema:
    """What `sonla_feedback_reopen` takes."""
    return {**by_code(), "secret": _optional(), "text": _optional()}


def feedback_saved_answer_list() -> Schema:
    """What `sonla_feedback_saved_answer_list` takes."""
    return shared.paging()


def feedback_saved_answer_create() -> Schema:
    """What `sonla_feedback_saved_answer_create` takes."""
    return {"title": [*_needed(), _is_title], "text": _needed()}


def feedback_saved_answer_delete() -> Schema:
    """What `sonla_feedback_saved_answer_delete` takes."""
    return {"id": _needed()}


def feedback_inbox_list() -> Schema:
    """What `sonla_feedback_inbox_list` takes."""
    one_of: Any = tk.get_validator("one_of")
    return {
        "state": [*_optional(), one_of([*OPEN, *ANSWERED, "open", "closed"])],
        "kind": [*_optional(), one_of(list(KINDS))],
        "only": [*_optional(), one_of(list(FILTERS))],
        "agency": _optional(),
        "dataset_id": _optional(),
        "after": _optional(),
        "limit": shared.paging(50)["limit"],
    }
