"""What the actions on tasks take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.catalogue.schema import by_id, said, text
from ckanext.sonla.shared import schema as shared

if TYPE_CHECKING:
    from ckan.types import Schema


def task_list() -> Schema:
    """What `sonla_task_list` takes."""
    one_of: Any = tk.get_validator("one_of")
    ignore = tk.get_validator("ignore_empty")
    return {"state": [ignore, one_of(["open", "done"])], **shared.paging()}


def task_close() -> Schema:
    """What `sonla_task_close` takes."""
    return {**by_id(), "record": [*text(), said]}
