"""A source's first rows, held against the rules of the table they would go into."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import FileStorage

import ckan.plugins.toolkit as tk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .page import Row


def checked(
    rows: list[Row], columns: list[str], schema: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return what the table's rules find in some rows; keeps nothing.

    Args:
        rows: by the table's columns.
        columns: in their order.
        schema: the Table Schema; None where no table is named.

    Returns:
        `checked`, whether there were rules, and `findings`: `row` (from 1, or None
        for all), `column`, `rule` and `sentence` each.
    """
    if schema is None or not rows or not columns:
        return {"checked": schema is not None, "findings": []}
    try:
        attempt = tk.get_action("sonla_table_try")
    except KeyError:  # The feature that reads files is not there.
        return {"checked": False, "findings": []}
    upload = FileStorage(io.BytesIO(_csv(rows, columns)), filename="nguon.csv")
    asked = {"upload": upload, "schema": json.dumps(schema)}
    try:
        found = attempt({"ignore_auth": True, "user": ""}, asked)
    except tk.ValidationError as error:
        told: Any = next(iter(error.error_dict.values()))
        sentence = " ".join(map(str, told)) if isinstance(told, list) else str(told)
        one = {"row": None, "column": None, "rule": None, "sentence": sentence}
        return {"checked": True, "findings": [one]}
    return {"checked": True, "findings": [_finding(one) for one in found["findings"]]}


def _finding(found: Mapping[str, Any]) -> dict[str, Any]:
    # A file counts its header too.
    row = found["row"] - 1 if found.get("row") else None
    kept = {name: found.get(name) for name in ("column", "rule", "sentence")}
    return {"row": row, **kept}


def _csv(rows: list[Row], columns: list[str]) -> bytes:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row.get(name)) for name in columns] for row in rows)
    return written.getvalue().encode("utf-8", "replace")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
