"""Actions on shared entries: anyone reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckanext.sonla.shared.joined_tables import SCHEMA

from . import columns, reading, schema, view
from .delivering import deliveries
from .members import Joined, joined

if TYPE_CHECKING:
    from ckan.types import Context, DataDict

MOST_VALUES = 100


@tk.side_effect_free
@validate(schema.entry_table_show)
def sonla_entry_table_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return rows of the one table over all datasets of a shared entry.

    :param code: the entry's code
    :param table: the table's name; by default the entry's first
    :param filters: the value, or a list of values, that a column has, by its name
    :param sort: such as `ma_xa, nam desc`; by default provider by provider
    :returns: `count`, `fields` (`id`, `type`, `title`), `results`, `providers` and
        `view`, the view's name in the DataStore; `provider` is the provider's code
    """
    tk.check_access("sonla_entry_table_show", context, data_dict)
    entry = tk.get_action("sonla_entry_show")({}, {"code": data_dict["code"]})
    found = joined(entry, data_dict.get("table"))
    if found is None:
        raise tk.ObjectNotFound(
            tk._("Nobody has published a table for the entry {code} yet.").format(
                code=entry["code"]
            )
        )
    layout = columns.layout(found)
    known = {*layout.names, columns.NUMBER}
    asked = reading.Asked(
        _filters(data_dict.get("filters") or {}, known),
        _order(data_dict.get("sort") or "", known),
        data_dict["limit"],
        data_dict["offset"],
    )
    count, rows = reading.page(found, asked)
    return {
        "code": entry["code"],
        "table": found.table,
        "title": found.title,
        "count": count,
        "fields": _fields(layout),
        "results": rows,
        "providers": _providers(found),
        "view": f'{SCHEMA}."{view.name_of(found)}"',
    }


def _fields(layout: columns.Layout) -> list[dict[str, str]]:
    own = [
        {"id": layout.provider, "type": "text", "title": tk._("Code of the agency")},
        {"id": layout.provider_title, "type": "text", "title": tk._("Agency")},
    ]
    return own + [
        {"id": one.name, "type": one.type, "title": one.title} for one in layout.fields
    ]


def _providers(found: Joined) -> list[dict[str, Any]]:
    return [
        {
            "provider": one.provider,
            "title": one.title,
            "dataset": one.dataset,
            "resource_id": one.resource_id,
            "rows": one.rows,
        }
        for one in found.members
    ]


def _filters(asked: Any, known: set[str]) -> dict[str, list[Any]]:
    wanted: dict[str, list[Any]] = {}
    for name, value in asked.items():
        _know(name, known, "filters")
        values = value if isinstance(value, list) else [value]
        if len(values) > MOST_VALUES or any(
            isinstance(one, list | dict) or "\0" in str(one) for one in values
        ):
            raise tk.ValidationError(
                {"filters": [tk._("A filter is a value or a short list of values.")]}
            )
        wanted[name] = values
    return wanted


def _order(asked: str, known: set[str]) -> list[tuple[str, bool]]:
    order = []
    for part in filter(None, (one.strip() for one in asked.split(","))):
        name, _, direction = part.partition(" ")
        _know(name, known, "sort")
        order.append((name, direction.strip().casefold() == "desc"))
    return order


def _know(name: str, known: set[str], where: str) -> None:
    if name not in known:
        raise tk.ValidationError(
            {where: [tk._("There is no column {name}.").format(name=str(name)[:100])]}
        )


@tk.side_effect_free
@validate(schema.entry_delivery_list)
def sonla_entry_delivery_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """List who provides an entry, those that have published data first.

    :param code: the entry's code
    :returns: `count`, `delivered` and `results`: `agency`, `title`, and where there is
        one its `dataset`, `dataset_title` and when it was `modified`
    """
    tk.check_access("sonla_entry_delivery_list", context, data_dict)
    entry = tk.get_action("sonla_entry_show")({}, {"code": data_dict["code"]})
    told = deliveries(entry, joined(entry))
    start = data_dict["offset"]
    return {
        "count": len(told),
        "delivered": sum(one["dataset"] is not None for one in told),
        "results": told[start : start + data_dict["limit"]],
    }
