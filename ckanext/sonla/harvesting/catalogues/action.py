"""The action on remote datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckanext.sonla.harvesting import sources
from ckanext.sonla.harvesting.runs import schema, showing
from ckanext.sonla.harvesting.runs.model import HarvestRun

from .model import HarvestedDataset
from .showing import item

if TYPE_CHECKING:
    from ckan.types import Context, DataDict

__all__ = ("sonla_harvest_dataset_list",)


@tk.side_effect_free
@validate(schema.dataset_list)
def sonla_harvest_dataset_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """List what became of each dataset of another portal in a run of a source.

    :param source_id: the source's id or name
    :param run_id: of which run; the newest one by default
    :param limit: how many, at most 1000
    :param offset: after how many
    :returns: `count` and `results`: `run_id`, `guid`, `name` and `title` at the source,
        `entry`, `dataset_id`, `revision_id`, `state` (`waiting`, `fetched`, `added`,
        `updated`, `unchanged`, `refused`, `unmapped`, `held`, `gone`), `reason` (`code`
        and `sentence`), `files` (`name`, `url`, `bytes`), `left_files`
    """
    tk.check_access("sonla_harvest_dataset_list", context, data_dict)
    source = sources.source_of(data_dict["source_id"])
    newest = (
        sa.select(HarvestRun.id)
        .where(HarvestRun.source_id == source.id)
        .order_by(HarvestRun.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        sa.select(HarvestedDataset)
        .where(
            HarvestedDataset.source_id == source.id,
            HarvestedDataset.run_id == (data_dict.get("run_id") or newest),
        )
        .order_by(HarvestedDataset.id)
    )
    return showing.listed(query, data_dict["limit"], data_dict["offset"], item)
