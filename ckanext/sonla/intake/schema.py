"""What the intake's actions take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared.schema import paging

if TYPE_CHECKING:
    from ckan.types import Schema


def resource_load() -> Schema:
    """Return the schema of the actions on one load."""
    not_missing = tk.get_validator("not_missing")
    not_empty = tk.get_validator("not_empty")
    text = tk.get_validator("unicode_safe")
    return {"resource_id": [not_missing, not_empty, text]}


def load_list() -> Schema:
    """Return the schema of the list of a package's loads."""
    not_missing = tk.get_validator("not_missing")
    not_empty = tk.get_validator("not_empty")
    text = tk.get_validator("unicode_safe")
    return {"package_id": [not_missing, not_empty, text], **paging()}


def intake_show() -> Schema:
    """Return the schema of the action that shows, or tries, how a file is read."""
    return {**resource_load(), "choice": [tk.get_validator("ignore_missing")]}


def intake_choose() -> Schema:
    """Return the schema of the action that chooses how a file is read."""
    return {**resource_load(), "choice": [tk.get_validator("not_missing")]}


def table_infer() -> Schema:
    """Return the schema of the action that guesses a Table Schema."""
    return {"upload": [tk.get_validator("not_missing")]}


def table_try() -> Schema:
    """Return the schema of the action that tries a Table Schema on a file."""
    text = tk.get_validator("unicode_safe")
    return {**table_infer(), "schema": [tk.get_validator("not_empty"), text]}


def rejected_show() -> Schema:
    """Return the schema of the action on one rejected file."""
    not_missing = tk.get_validator("not_missing")
    not_empty = tk.get_validator("not_empty")
    return {"id": [not_missing, not_empty, tk.get_validator("unicode_safe")]}
