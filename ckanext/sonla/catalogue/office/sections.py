"""What the catalogue shows on the operator's console."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.catalogue import register
from ckanext.sonla.catalogue.demand import sources
from ckanext.sonla.catalogue.model import Edition, Entry
from ckanext.sonla.catalogue.rounds import running
from ckanext.sonla.shared.console import ConsoleSection, register_section
from ckanext.sonla.shared.msgid import N_

from .orphans import orphans

SHOWN = 20


def _first(name: str, found: list[Any]) -> dict[str, Any]:
    """Return the first of what was found, under a name, and how many there are."""
    return {
        "count": len(found),
        name: found[:SHOWN],
        "more": max(0, len(found) - SHOWN),
    }


def _ask(action: str, **data: Any) -> Any:
    return tk.get_action(action)({}, data)


@register_section
class Tasks(ConsoleSection):
    """The yearly reviews and whatever else is to be done, with its record."""

    name = "tasks"
    title = N_("To be done")
    order = 10
    template = "catalogue/snippets/console_tasks.html"

    def read(self) -> dict[str, Any]:
        found = _ask("sonla_task_list", state="open", limit=SHOWN)
        return {"count": found["count"], "tasks": found["results"]}


@register_section
class Rounds(ConsoleSection):
    """The round that is open, and who hasn't answered."""

    name = "rounds"
    title = N_("Round of review")
    order = 20
    template = "catalogue/snippets/console_round.html"

    def read(self) -> dict[str, Any]:
        opened = running.open_one()
        if opened is None:
            return {"count": 0, "round": None}
        found = _ask("sonla_review_round_show", id=opened.id)
        missing = [one for one in found["answers"] if one["state"] != "approved"]
        return {"round": found, **_first("missing", missing)}


@register_section
class Requests(ConsoleSection):
    """Requests that agencies have sent."""

    name = "requests"
    title = N_("Requests for data outside the catalogue")
    order = 30
    template = "catalogue/snippets/console_requests.html"

    def read(self) -> dict[str, Any]:
        found = _ask("sonla_entry_request_list", state="submitted", limit=SHOWN)
        return {"count": found["count"], "requests": found["results"]}


@register_section
class Editions(ConsoleSection):
    """Editions on their way."""

    name = "editions"
    title = N_("Editions on their way")
    order = 40
    template = "catalogue/snippets/console_editions.html"

    def read(self) -> dict[str, Any]:
        found = model.Session.scalars(
            sa.select(Edition.id)
            .where(Edition.state.in_(("draft", "submitted", "rejected", "approved")))
            .order_by(Edition.changed.desc(), Edition.id)
            .limit(SHOWN)
        ).all()
        editions = [_ask("sonla_edition_show", id=one) for one in found]
        return {"count": len(editions), "editions": editions}


@register_section
class WithoutSchema(ConsoleSection):
    """Entries in force that hold tables and have no Table Schema."""

    name = "without_schema"
    title = N_("Entries without a Table Schema")
    order = 50
    template = "catalogue/snippets/console_entries.html"

    def read(self) -> dict[str, Any]:
        edition = register.edition_in_force()
        rows = model.Session.execute(
            sa.select(Entry.code, Entry.title)
            .where(
                Entry.edition_id == (edition.id if edition else None),
                Entry.retired.is_(False),
                Entry.content_kind == "table",
                sa.func.jsonb_array_length(Entry.tables) == 0,
            )
            .order_by(Entry.position)
        ).all()
        found = [{"code": row.code, "title": row.title} for row in rows]
        return _first("entries", found)


@register_section
class Orphans(ConsoleSection):
    """Published datasets that the catalogue in force doesn't ask for."""

    name = "orphans"
    title = N_("Datasets without an entry in force")
    order = 60
    template = "catalogue/snippets/console_orphans.html"

    def read(self) -> dict[str, Any]:
        found = orphans()
        agencies = {
            one.id: one.title or one.name
            for one in model.Session.query(model.Group).filter(
                model.Group.id.in_([one.agency_id for one in found[:SHOWN]])
            )
        }
        return {"agencies": agencies, **_first("orphans", found)}


@register_section
class Inspections(ConsoleSection):
    """Inspections whose findings wait for a reply."""

    name = "inspections"
    title = N_("Inspections without a reply")
    order = 70
    template = "catalogue/snippets/console_inspections.html"

    def read(self) -> dict[str, Any]:
        found = _ask("sonla_inspection_list", limit=200)["results"]
        waiting = [one for one in found if not one["answered"]]
        return {"count": len(waiting), "inspections": waiting[:SHOWN]}


@register_section
class Searches(ConsoleSection):
    """What readers looked for in vain, for the next edition (article 7.3)."""

    name = "searches"
    title = N_("Searches without result")
    order = 80
    template = "catalogue/snippets/console_searches.html"

    def read(self) -> dict[str, Any]:
        return _first("searches", sources.empty_searches())
