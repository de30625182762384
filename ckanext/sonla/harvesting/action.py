"""The actions of harvesting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan.logic import validate

from . import schema, sources, trying
from .problems import SourceProblem

if TYPE_CHECKING:
    from ckan.types import Context, DataDict


@validate(schema.harvest_test)
def sonla_harvest_test(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Ask a source for its first rows, and tell how that went. Keeps nothing.

    :param source_id: the source's id or name
    :returns: `ok`; if not, `problem` (a code) and `message` (what to do); if so,
        `fields` of the source, `missing` (fields that the configuration names and no
        row has) and `seconds`
    """
    tk.check_access("sonla_harvest_test", context, data_dict)
    return trying.tried(sources.source_of(data_dict["source_id"]))


@validate(schema.harvest_preview)
def sonla_harvest_preview(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return a source's first rows, by the table's columns. Keeps nothing.

    :param source_id: the source's id or name
    :param rows: how many, at most 20
    :returns: `columns` and `rows` (column → value), `fields` of the source, `missing`
    :raises ValidationError: what has to be mended at the source (409)
    """
    tk.check_access("sonla_harvest_preview", context, data_dict)
    source = sources.source_of(data_dict["source_id"])
    try:
        return trying.preview(source, data_dict["rows"])
    except SourceProblem as problem:
        raise tk.ValidationError({"source_id": [problem.words()]}) from problem
