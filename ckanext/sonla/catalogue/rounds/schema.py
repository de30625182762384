"""What the actions on rounds of review take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.catalogue.schema import by_id, is_text, said, text
from ckanext.sonla.shared import schema as shared

if TYPE_CHECKING:
    from ckan.types import Schema


def _names(value: Any) -> list[str]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
        raise tk.Invalid(tk._("Write the agencies as a list of names."))
    return [one.replace("\0", "") for one in names]


def review_round_open() -> Schema:
    """What `sonla_review_round_open` takes."""
    return {
        "due": [tk.get_validator("not_empty"), shared.iso_date],
        "note": text(),
        "agencies": [tk.get_validator("ignore_empty"), _names],
    }


def review_round_show() -> Schema:
    """What `sonla_review_round_show` takes."""
    return {"id": [tk.get_validator("ignore_empty"), is_text]}


def review_round_list() -> Schema:
    """What `sonla_review_round_list` takes."""
    return shared.paging()


def review_round_remind() -> Schema:
    """What `sonla_review_round_remind` takes."""
    return {**by_id(), "agencies": [tk.get_validator("ignore_empty"), _names]}


def review_round_answer() -> Schema:
    """What `sonla_review_round_answer` takes; `changes` are judged by `changes`."""
    return {**by_id(), "note": text()}


def review_round_answer_return() -> Schema:
    """What `sonla_review_round_answer_return` takes."""
    return {**by_id(), "comment": [*text(), said]}


def review_round_collect() -> Schema:
    """What `sonla_review_round_collect` takes."""
    return {**by_id(), "edition_id": [tk.get_validator("not_empty"), is_text]}
