"""The catalogue's pages and files. Reading needs no account and leaves no cookie."""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import Blueprint, Response

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.helpers import Page, pager_url
from ckanext.sonla.shared.schema import read_date

from . import export, export_annex, export_dcat, register, vocabulary
from .demand import counting, sources
from .demand.views import demand
from .edition_views import editions
from .joined import columns, delivering, members, reading
from .joined.pages import joined_tables
from .line_views import lines
from .office.views import console
from .requests.views import entry_requests
from .rounds.views import review_rounds
from .table_schemas.views import table_schemas

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.typing import ResponseReturnValue

catalogue = Blueprint("sonla_catalogue", __name__)
__all__ = [
    "catalogue",
    "console",
    "demand",
    "editions",
    "entry_requests",
    "joined_tables",
    "lines",
    "review_rounds",
    "table_schemas",
]

PER_PAGE = 20
PER_FILE_PAGE = 500
# Rows of a joined table that its entry's page shows.
SHOWN_ROWS = 20
TOKEN = re.compile(rb'<meta name="_csrf_token"[^>]*>')
NUMERIC = ("numeric", "integer", "bigint", "double precision", "smallint")
FILTERS = ("date", "q", "domain", "agency", "update_cycle", "content_kind")
TYPES = {
    "ttl": "text/turtle; charset=utf-8",
    "rdf": "application/rdf+xml; charset=utf-8",
    "jsonld": "application/ld+json; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json; charset=utf-8",
}


@catalogue.route("/catalogue")
def index() -> ResponseReturnValue:
    """Show the edition in force, by pages."""
    chosen = _chosen()
    edition = _edition_dict(chosen.get("date"))
    page = max(1, min(tk.h.get_page_number(tk.request.args), 10**6))
    found = tk.get_action("sonla_entry_list")(
        {}, {**chosen, "limit": PER_PAGE, "offset": (page - 1) * PER_PAGE}
    )
    if not found["count"] and set(chosen) == {"q"}:
        counting.note_empty_search(chosen["q"])
    pages = Page(
        collection=found["results"],
        page=page,
        url=pager_url,
        item_count=found["count"],
        items_per_page=PER_PAGE,
    )
    # `Page` cuts its collection again; these are the page's items already.
    pages.items = found["results"]
    return _conditional(
        tk.render(
            "catalogue/index.html",
            {
                "page": pages,
                "entries": found["results"],
                "count": found["count"],
                "edition": edition,
                "chosen": chosen,
                "cycles": vocabulary.UPDATE_CYCLES,
                "kinds": vocabulary.CONTENT_KINDS,
            },
        )
    )


def _chosen() -> dict[str, str]:
    """Return the filters that the address asks for; `cycle` is short for one."""
    args = tk.request.args
    chosen = {name: args[name][:200] for name in FILTERS if args.get(name)}
    if args.get("cycle"):
        chosen["update_cycle"] = args["cycle"]
    chosen = {name: value.replace("\0", "") for name, value in chosen.items()}
    if "date" in chosen:
        try:
            read_date(chosen["date"])
        except ValueError:
            tk.abort(400, tk._("Write the date as YYYY-MM-DD."))
    return chosen


@catalogue.route("/catalogue.<any(csv,xlsx,json,ttl,rdf,jsonld):kind>")
def download(kind: str) -> ResponseReturnValue:
    """Give the edition in force as a file, all of it or what the filters leave."""
    chosen = tuple(sorted(_chosen().items()))
    version = _version(dict(chosen).get("date"))
    if kind in export_dcat.FORMATS:
        # It also tells of datasets, which come and go between editions.
        version = f"{version} {register.public_datasets_version()}"
    response = Response(_file(kind, chosen, version), content_type=TYPES[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="danh-muc.{kind}"'
    return _conditional(response)


@lru_cache(maxsize=8)
def _file(kind: str, chosen: tuple[tuple[str, str], ...], _version: str) -> bytes:
    """Return a file's bytes; `_version` changes with everything that they come from."""
    wanted = dict(chosen)
    edition = _edition_dict(wanted.get("date"))
    if kind == "xlsx":
        return export_annex.as_xlsx(by_domain(wanted), edition)
    entries = all_entries(wanted)
    if kind in export_dcat.FORMATS:
        return export_dcat.as_rdf(kind, edition, entries, _published())
    if kind == "json":
        return export.as_json(edition, list(entries))
    return export.as_csv(list(entries))


def by_domain(chosen: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every entry that the filters leave, domain after domain."""
    if "domain" in chosen:
        yield from all_entries(chosen)
        return
    asked = chosen.get("date")
    for domain in register.domains_in_order(read_date(asked) if asked else None):
        yield from all_entries({**chosen, "domain": domain})


def _published() -> dict[str, list[dict[str, str]]]:
    """Return the public datasets of all entries."""
    found: dict[str, list[dict[str, str]]] = {}
    for code, dataset_id, name in register.public_datasets():
        found.setdefault(code, []).append({"id": dataset_id, "name": name})
    return found


def all_entries(chosen: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every entry that the filters leave, page by page."""
    seen = 0
    while True:
        found = tk.get_action("sonla_entry_list")(
            {}, {**chosen, "limit": PER_FILE_PAGE, "offset": seen}
        )
        yield from found["results"]
        seen += len(found["results"])
        if not found["results"] or seen >= found["count"]:
            return


def _edition_dict(on: str | None = None) -> dict[str, Any] | None:
    edition = register.edition_in_force(read_date(on) if on else None)
    if edition is None:
        return None
    return tk.get_action("sonla_edition_show")({}, {"id": edition.id})


def _version(on: str | None = None) -> str:
    """Return a text that differs as soon as an export would."""
    edition = register.edition_in_force(read_date(on) if on else None)
    groups = model.Session.scalar(
        sa.text(
            "SELECT md5(string_agg(concat_ws('|', id, name, title, state, extras), "
            """E'\\n' ORDER BY id)) FROM "group" """
        )
    )
    name = f"{edition.id} {edition.changed}" if edition else "none"
    return f"{name} {groups} {tk.config['sonla.catalogue.licence']}"


@catalogue.route("/catalogue/<code>")
def entry(code: str) -> ResponseReturnValue:
    """Show an entry: its fields, its decision, who provides it, its tables."""
    try:
        found = tk.get_action("sonla_entry_show")({}, {"code": code})
    except (tk.ObjectNotFound, tk.ValidationError):
        tk.abort(404, tk._("The catalogue has no such entry."))
    shared = members.joined(found, tk.request.args.get("table", "").replace("\0", ""))
    return _conditional(
        tk.render(
            "catalogue/entry.html",
            {
                "entry": found,
                "demand": sources.of_entries([found["code"]])[found["code"]],
                "providers": delivering.deliveries(found, shared),
                "joined": _shown(found, shared),
            },
        )
    )


def _shown(
    found: dict[str, Any], shared: members.Joined | None
) -> dict[str, Any] | None:
    """Return the first rows of a shared entry's joined table, for its page."""
    if shared is None or found["providers"]["kind"] == "one":
        return None
    layout = columns.layout(shared)
    _count, rows = reading.page(shared, reading.Asked(limit=SHOWN_ROWS))
    names = layout.names[1:]
    return {
        "table": shared.table,
        "rows": shared.rows,
        "titles": [tk._("Agency"), *(one.title for one in layout.fields)],
        "numeric": [False, *(one.type in NUMERIC for one in layout.fields)],
        "dates": [False, *(one.type == "date" for one in layout.fields)],
        "cells": [[row[name] for name in names] for row in rows],
        "columns": len(names),
        "tables": [one for one in found["tables"] if one["name"] != shared.table],
    }


def _conditional(answer: Response | str) -> ResponseReturnValue:
    """Let a reader who has the page already keep it: 304 by a digest of the bytes."""
    response = answer if isinstance(answer, Response) else Response(answer)
    if response.content_type.startswith("text/html"):
        response.vary.add("Accept-Language")
    if tk.current_user.is_authenticated:
        return response
    # CKAN puts a token of a form that readers don't have into every page's head.
    stable = TOKEN.sub(b"", response.get_data())
    response.set_etag(sha256(stable).hexdigest()[:32])
    return response.make_conditional(tk.request.environ)
