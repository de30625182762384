"""What the actions on runs take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared.schema import paging

from . import states

if TYPE_CHECKING:
    from ckan.types import Schema


def run_list() -> Schema:
    """Return what `sonla_harvest_run_list` takes."""
    not_empty: Any = tk.get_validator("not_empty")
    text: Any = tk.get_validator("unicode_safe")
    return {"source_id": [not_empty, text], **paging(30)}


def dataset_list() -> Schema:
    """Return what `sonla_harvest_dataset_list` takes."""
    optional: Any = tk.get_validator("ignore_empty")
    text: Any = tk.get_validator("unicode_safe")
    return {**run_list(), "run_id": [optional, text], **paging(100)}


def quarantine_list() -> Schema:
    """Return what `sonla_quarantine_list` takes."""
    optional: Any = tk.get_validator("ignore_empty")
    text: Any = tk.get_validator("unicode_safe")
    one_of: Any = tk.get_validator("one_of")
    return {
        **run_list(),
        "run_id": [optional, text],
        "state": [optional, text, one_of(list(states.QUARANTINE))],
        **paging(100),
    }
