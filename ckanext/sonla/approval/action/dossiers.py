"""The approval dossier of a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckanext.sonla.approval import schema
from ckanext.sonla.approval.dossier import gathering

if TYPE_CHECKING:
    from ckan.types import Context, DataDict


@tk.side_effect_free
@validate(schema.revision_open)
def sonla_dossier_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return who approved what of a dataset, by which appointment; with persons.

    :param dataset_id: name or id of the dataset
    :returns: `dataset`, `persons`, `revisions`, `events`, `log`
    """
    tk.check_access("sonla_dossier_show", context, data_dict)
    return gathering.gather(data_dict["dataset_id"])
