"""The actions on runs and their quarantined rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckanext.sonla.harvesting import sources

from . import schema, showing
from .model import HarvestRun, QuarantinedRow

if TYPE_CHECKING:
    from ckan.types import Context, DataDict


@tk.side_effect_free
@validate(schema.run_list)
def sonla_harvest_run_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """List the runs of a source with their ledgers, the newest first.

    :param source_id: the source's id or name
    :param limit: how many, at most 1000
    :param offset: after how many
    :returns: `count` and `results`: `number`, `state` (`waiting`, `running`, `ended`),
        `outcome` (`unchanged`, `submitted`, `published`, `held`, `failed`,
        `stopped`), `reasons`
        (`code` and `sentence` each, and of the code `source` the `problem`, a code of
        docs/harvesting-faults.md), `revision_id`; the rows `read`, which are
        `loaded` (`added` + `updated`) + `unchanged` + `quarantined` + `filtered` of a
        run that was `compared`; `deleted` rows; `pages`, `bytes`, `requests`,
        `retries`, `queued`, `started`, `ended`, `seconds`, `source_seconds`
    """
    tk.check_access("sonla_harvest_run_list", context, data_dict)
    source = sources.source_of(data_dict["source_id"])
    query = (
        sa.select(HarvestRun)
        .where(HarvestRun.source_id == source.id)
        .order_by(HarvestRun.number.desc())
    )
    return showing.listed(query, data_dict["limit"], data_dict["offset"], showing.run)


@tk.side_effect_free
@validate(schema.quarantine_list)
def sonla_quarantine_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """List the rows of a source that broke a rule, in the order they came.

    :param source_id: the source's id or name
    :param run_id: only those of this run
    :param state: `open` (the default), `corrected` or `overtaken`; with `run_id` all
    :param limit: how many, at most 1000
    :param offset: after how many
    :returns: `count` and `results`: `page`, `row` (of the run, from 1), `rule`,
        `message`, `findings` (`rule`, `column`, `value`, `sentence` each), `cells` (by
        the table's columns), `state`
    """
    tk.check_access("sonla_quarantine_list", context, data_dict)
    source = sources.source_of(data_dict["source_id"])
    query = sa.select(QuarantinedRow).where(QuarantinedRow.source_id == source.id)
    run_id, state = data_dict.get("run_id"), data_dict.get("state")
    if run_id:
        query = query.where(QuarantinedRow.run_id == run_id)
    if state or not run_id:
        query = query.where(QuarantinedRow.state == (state or "open"))
    query = query.order_by(QuarantinedRow.run_id, QuarantinedRow.row)
    return showing.listed(
        query, data_dict["limit"], data_dict["offset"], showing.quarantined
    )
