"""What the actions on Table Schemas take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.catalogue.schema import by_id
from ckanext.sonla.shared import schema as shared

if TYPE_CHECKING:
    from ckan.types import Schema


def edition_impact() -> Schema:
    """What `sonla_edition_impact` takes."""
    return {**by_id(), **shared.paging()}


def nonconforming_list() -> Schema:
    """What `sonla_nonconforming_list` takes."""
    text: Any = [tk.get_validator("ignore_missing"), tk.get_validator("unicode_safe")]
    return {"agency": text, **shared.paging()}


def table_version_list() -> Schema:
    """What `sonla_table_version_list` takes."""
    text: Any = [tk.get_validator("not_empty"), tk.get_validator("unicode_safe")]
    return {"code": text, "table": text, **shared.paging()}
