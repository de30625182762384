"""Actions on example files, for whoever writes the rules of a table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import psycopg2

import ckan.plugins.toolkit as tk
from ckan.logic import validate

from . import schema, trying

if TYPE_CHECKING:
    from ckan.types import Context

# What becomes of a schema whose parts are of other kinds than they may be.
_UNUSABLE = (
    AttributeError,
    IndexError,
    KeyError,
    TypeError,
    ValueError,
    psycopg2.Error,
)


@validate(schema.table_infer)
def sonla_table_infer(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Return the Table Schema that an example file has; nothing is stored.

    Args:
        upload: the file, as a multipart upload.

    Returns:
        `{schema}`, with names, titles and types guessed from all values.

    Raises:
        ValidationError: the file can't be read as a table; says why.
    """
    tk.check_access("sonla_table_infer", context, data_dict)
    return {"schema": trying.inferred(data_dict["upload"])}


@validate(schema.table_try)
def sonla_table_try(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Check a file against a Table Schema; nothing is stored.

    Foreign keys are left out: they need a dataset.

    Args:
        upload: the file, as a multipart upload.
        schema: the Table Schema, as JSON.

    Returns:
        `{rows, count, findings}`, the first hundred findings with their sentences.

    Raises:
        ValidationError: the file can't be read as a table; says why.
    """
    tk.check_access("sonla_table_try", context, data_dict)
    try:
        given = json.loads(data_dict["schema"])
        fields = given["fields"]
        good = fields and all(isinstance(one["name"], str) for one in fields)
    except (ValueError, TypeError, KeyError, RecursionError):
        good, given = False, {}
    if not good:
        raise tk.ValidationError({"schema": [tk._("A Table Schema is expected.")]})
    try:
        return trying.tried(data_dict["upload"], given)
    except _UNUSABLE as error:
        # Nobody has held this schema against the catalogue's rules.
        raise tk.ValidationError(
            {"schema": [tk._("The Table Schema can't be used.")]}
        ) from error
