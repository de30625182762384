"""Actions on Table Schemas: what an edition would break, and what is broken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckanext.sonla.catalogue.edition_action import get_visible_edition

from . import conformance, impact, schema, versions

if TYPE_CHECKING:
    from ckan.types import Context, DataDict


@tk.side_effect_free
@validate(schema.edition_impact)
def sonla_edition_impact(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Say which published datasets an edition would concern, and how.

    Counted anew at each call, set-wise in the DataStore.

    :param id: the edition's id
    :returns: `count`, `harmed` (how many would stop conforming or being asked for),
        `rows` (how many rows of those) and `results`, each `{dataset_id, name, title,
        agency, entry, kind, already, rows, wrong, tables}`. `kind` is `tables` where
        rows break the new rules, `retired` where the entry goes, `provider` where the
        agency no longer owes it; `already` where the rules in force are broken
        likewise, or the dataset has ended. A table has `reasons`, each with `rule`,
        `column`, `count` and `sentence`.
    """
    tk.check_access("sonla_edition_impact", context, data_dict)
    edition = get_visible_edition(context, data_dict["id"])
    found = impact.of(edition)
    start, limit = data_dict["offset"], data_dict["limit"]
    harm = [one for one in found if one.is_harm]
    return {
        "count": len(found),
        "harmed": len(harm),
        "rows": sum(one.wrong for one in harm),
        "results": [one.as_dict() for one in found[start : start + limit]],
    }


@tk.side_effect_free
@validate(schema.nonconforming_list)
def sonla_nonconforming_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """List the published datasets that don't conform to the catalogue any more.

    :param agency: only this agency's (id or name)
    :returns: `count` and `results`
    """
    tk.check_access("sonla_nonconforming_list", context, data_dict)
    agency = None
    if data_dict.get("agency"):
        group = model.Group.get(data_dict["agency"])
        agency = group.id if group else ""
    query = conformance.listed(agency)
    count = model.Session.scalar(
        sa.select(sa.func.count()).select_from(query.order_by(None).subquery())
    )
    page = query.limit(data_dict["limit"]).offset(data_dict["offset"])
    rows = model.Session.execute(page)
    return {"count": count, "results": [conformance.as_dict(row) for row in rows]}


@tk.side_effect_free
@validate(schema.table_version_list)
def sonla_table_version_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """List the versions of a Table Schema, one for each decision that changed it.

    :param code: the entry's code
    :param table: the table's name
    :returns: `count` and `results`, the newest first, each `{version, edition_id,
        decision_number, effective_date, schema, added, removed, changed}`
    """
    tk.check_access("sonla_table_version_list", context, data_dict)
    found = versions.of(data_dict["code"], data_dict["table"])
    start, limit = data_dict["offset"], data_dict["limit"]
    return {"count": len(found), "results": found[start : start + limit]}
