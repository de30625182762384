"""Actions on entries: read by anyone, written into open editions by operators."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate

from . import editions, register, schema
from .answers import entry_dicts, entry_query
from .edition_action import (
    actor_of,
    get_edition,
    get_visible_edition,
    whole_or_nothing,
)
from .model import Edition, Entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from ckan.types import Context, DataDict

    Action = Callable[[Context, DataDict], dict[str, Any]]


@tk.side_effect_free
@validate(schema.entry_show)
def sonla_entry_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return an entry.

    :param code: the entry's code
    :param date: the date whose edition is asked; by default today's. An entry that
        has been taken out is then answered from the last edition that had it, with
        state `retired`
    :param edition: id of the edition that is asked, instead of a date
    """
    tk.check_access("sonla_entry_show", context, data_dict)
    if data_dict.get("edition"):
        edition = get_visible_edition(context, data_dict["edition"])
        entry = register.entry_of(edition.id, data_dict["code"])
    else:
        entry = register.find_entry(data_dict["code"], data_dict.get("date"))
    if entry is None:
        raise tk.ObjectNotFound(
            tk._("The catalogue has no entry {code}.").format(
                code=data_dict["code"][:100]
            )
        )
    return entry_dicts([entry])[0]


@tk.side_effect_free
@validate(schema.entry_list)
def sonla_entry_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """List the entries of an edition, in the order of its annex.

    :param agency: only entries that this agency leads or provides (id or name)
    :param domain: only entries of this domain (id or name)
    :param q: only entries with these words, with or without accents
    :param update_cycle: only entries of this cycle
    :param content_kind: only entries of this kind
    :param change: only entries that the edition `added`, `changed` or `retired`
    :param edition: id of the edition; by default the one in force
    :param date: the date whose edition is asked, by default today
    :returns: `count` and `results`
    """
    tk.check_access("sonla_entry_list", context, data_dict)
    edition = _asked_edition(context, data_dict)
    if edition is None:
        return {"count": 0, "results": []}
    query = entry_query(edition.id, data_dict)
    if not data_dict.get("edition"):
        query = query.where(Entry.retired.is_(False))
    count = model.Session.scalar(
        sa.select(sa.func.count()).select_from(
            query.with_only_columns(Entry.id).subquery()
        )
    )
    page = query.order_by(Entry.position, Entry.code)
    page = page.limit(data_dict["limit"]).offset(data_dict["offset"])
    return {"count": count, "results": entry_dicts(model.Session.scalars(page))}


def _asked_edition(context: Context, data: dict[str, Any]) -> Edition | None:
    if data.get("edition"):
        return get_visible_edition(context, data["edition"])
    return register.edition_in_force(data.get("date"))


def _with_tables(action: Action) -> Action:
    """Refuse tables that aren't a list of dicts, in words: CKAN's validation can't."""

    @wraps(action)
    def checked(context: Context, data_dict: DataDict) -> dict[str, Any]:
        tables = data_dict.get("tables") or []
        if not isinstance(tables, list) or not all(
            isinstance(one, dict) for one in tables
        ):
            raise tk.ValidationError(
                {"tables": [tk._("A table must have a name, a title and a schema.")]}
            )
        return action(context, data_dict)

    return checked


@_with_tables
@validate(schema.entry_create)
def sonla_entry_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Add an entry to an open edition.

    :param edition_id: the edition's id
    :param code: the entry's code, unique in the edition
    :param title: what the data is
    :param lead_agency: the agency in charge, by name
    :param providers: `{"kind": "one"|"list", "agencies": [names]}` or
        `{"kind": "class", "class": "commune"}`; by default the lead agency
    :param domain: the domain's name
    :param update_cycle: how often, such as `quarterly`
    :param content_kind: by default `table`
    :param tables: `[{"name", "title", "schema": <Table Schema>}]`
    :param formats: such as `["CSV"]`
    :param sharing: `["download", "api"]`
    :param priority: 1 (high) to 3
    :param publish_by: date by which it is to be published first

    Further: `title_en`, `description`, `coordinating_agencies`, `source`, `note`,
    `licence`, `position`.
    """
    tk.check_access("sonla_entry_create", context, data_dict)
    edition = get_edition(data_dict.pop("edition_id"))
    with whole_or_nothing():
        entry = editions.create_entry(edition, data_dict, actor_of(context))
    model.Session.commit()
    return entry_dicts([entry])[0]


@_with_tables
@validate(schema.entry_update)
def sonla_entry_update(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Change an entry of an open edition; fields that are not given stay.

    :param edition_id: the edition's id
    :param code: the entry's code

    The other fields are those of `sonla_entry_create`.
    """
    tk.check_access("sonla_entry_update", context, data_dict)
    edition = get_edition(data_dict.pop("edition_id"))
    code = data_dict.pop("code")
    with whole_or_nothing():
        entry = editions.update_entry(edition, code, data_dict, actor_of(context))
    model.Session.commit()
    return entry_dicts([entry])[0]


@validate(schema.entry_retire)
def sonla_entry_retire(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Take an entry out of the catalogue with an open edition.

    :param edition_id: the edition's id
    :param code: the entry's code
    """
    tk.check_access("sonla_entry_retire", context, data_dict)
    edition = get_edition(data_dict["edition_id"])
    told = editions.retire_entry(edition, data_dict["code"], actor_of(context))
    model.Session.commit()
    return {"edition_id": edition.id, "code": told.code, "state": "retired"}
