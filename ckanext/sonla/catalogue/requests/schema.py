"""What the actions on requests take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.catalogue.entry_fields import FIELDS
from ckanext.sonla.catalogue.schema import by_id, is_text, said, text
from ckanext.sonla.shared import schema as shared

from .states import STATES

if TYPE_CHECKING:
    from ckan.types import Schema

# What an agency may say of the line that it asks for; the code is the operator's.
ASKED = tuple(
    name for name in FIELDS if name not in ("code", "title", "position", "tables")
)


def _fields() -> Schema:
    keep: Any = [tk.get_validator("ignore_missing")]
    fields: Schema = {}
    for name in ASKED:
        fields[name] = keep
    return fields


def entry_request_create() -> Schema:
    """What `sonla_entry_request_create` takes."""
    return {"title": [*text(), said], "reason": [*text(), said], **_fields()}


def entry_request_update() -> Schema:
    """What `sonla_entry_request_update` takes."""
    return {**by_id(), **entry_request_create()}


def entry_request_list() -> Schema:
    """What `sonla_entry_request_list` takes."""
    one_of: Any = tk.get_validator("one_of")
    ignore = tk.get_validator("ignore_empty")
    return {
        "state": [ignore, one_of(list(STATES))],
        "agency": [ignore, is_text],
        **shared.paging(),
    }


def entry_request_accept() -> Schema:
    """What `sonla_entry_request_accept` takes."""
    ignore = tk.get_validator("ignore_empty")
    return {
        **by_id(),
        "edition_id": [tk.get_validator("not_empty"), is_text],
        "code": [ignore, is_text],
        "comment": text(),
        **_fields(),
    }


def entry_request_decline() -> Schema:
    """What `sonla_entry_request_decline` takes."""
    return {**by_id(), "comment": [*text(), said]}
