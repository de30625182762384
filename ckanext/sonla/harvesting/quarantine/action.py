"""The correction loop: out as a workbook, in again corrected."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckanext.sonla.harvesting import schema, sources

from . import exporting, retrying

if TYPE_CHECKING:
    from ckan.types import Context, DataDict

__all__ = ("sonla_quarantine_export", "sonla_quarantine_retry")


@tk.side_effect_free
@validate(schema.harvest_test)
def sonla_quarantine_export(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return the rows of a source that wait to be corrected, as a workbook.

    :param source_id: the source's id or name
    :returns: `filename`, `media_type`, `rows` (how many) and `content` (base64)
    """
    tk.check_access("sonla_quarantine_export", context, data_dict)
    source = sources.source_of(data_dict["source_id"])
    package: Any = model.Package.get(source.id)
    rows = exporting.waiting(source.id)
    return {
        "filename": f"{package.name}-dong-loi.xlsx",
        "media_type": exporting.MEDIA_TYPE,
        "rows": len(rows),
        "content": base64.b64encode(exporting.exported(source.id, rows)).decode(),
    }


@validate(schema.quarantine_retry)
def sonla_quarantine_retry(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Take corrected rows in: they go by their keys into a revision for the leader.

    No standing approval covers them: they come from a hand, not from the source.

    :param source_id: the source's id or name
    :param upload: the file, as a multipart upload: XLSX or CSV, whose first row names
        the table's columns; `_id` of the export says which rows are corrected
    :returns: `run_id` and `number` of the run, `rows` of the file
    :raises ValidationError: the file can't be read, or nothing can be brought now (409)
    """
    tk.check_access("sonla_quarantine_retry", context, data_dict)
    source = sources.source_of(data_dict["source_id"])
    user = model.User.get(context.get("user") or None)
    run = retrying.retry(source, data_dict["upload"], user.id if user else None)
    return {"run_id": run.id, "number": run.number, "rows": run.read}
