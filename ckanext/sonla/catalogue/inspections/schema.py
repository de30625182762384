"""What the actions on inspections take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from ckanext.sonla.catalogue.schema import by_id, is_text, said, text
from ckanext.sonla.shared import schema as shared

if TYPE_CHECKING:
    from ckan.types import Schema


def inspection_create() -> Schema:
    """What `sonla_inspection_create` takes."""
    required = tk.get_validator("not_empty")
    return {
        "agency": [required, is_text],
        "date": [required, shared.iso_date],
        "findings": [*text(), said],
    }


def inspection_list() -> Schema:
    """What `sonla_inspection_list` takes."""
    return {"agency": [tk.get_validator("ignore_empty"), is_text], **shared.paging()}


def inspection_answer() -> Schema:
    """What `sonla_inspection_answer` takes."""
    return {**by_id(), "text": [*text(), said]}
