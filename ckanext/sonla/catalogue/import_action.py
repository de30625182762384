"""Actions that bring an annex into an edition: look first, then confirm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckanext.sonla.shared import clock, events
from ckanext.sonla.shared.checks import sentence

from . import schema
from .directory import Directory
from .edition_action import actor_of, get_edition
from .importing import confirming, preview
from .model import CatalogueImport

if TYPE_CHECKING:
    from ckan.types import Context, DataDict

STATUSES = ("understood", "guessed", "refused")


@validate(schema.edition_import)
def sonla_edition_import(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Read an annex and show what it would bring; the edition stays as it is.

    :param edition_id: an open edition's id
    :param upload: the file, CSV or XLSX, with the annex's headers
    :param complete: whether the file is the whole catalogue, so that entries which it
        doesn't have are taken out; by default it isn't
    :returns: `{import_id, good, understood, guessed, refused, added, changed,
        unchanged, retired, findings, entries, retired_entries, columns, skipped}`; a
        finding has `row`, `column`, `severity`, `value` and a `sentence`; an entry has
        its `row`, its `change` and its `status`: `understood`, `guessed` or `refused`
    """
    tk.check_access("sonla_edition_import", context, data_dict)
    edition = get_edition(data_dict["edition_id"])
    content, filename = _content(data_dict["upload"])
    asked = preview.Asked(content, filename, data_dict["complete"])
    try:
        kept = preview.make(edition, asked, actor_of(context))
    except tk.ValidationError:
        model.Session.rollback()
        raise
    told = import_dict(kept)
    model.Session.commit()
    return told


def _content(upload: Any) -> tuple[bytes, str]:
    """Return an upload's bytes, one more than is allowed at most, and its name."""
    stream = getattr(upload, "stream", upload)
    if not hasattr(stream, "read"):
        raise tk.ValidationError({"upload": [tk._("Send a file.")]})
    content = stream.read(tk.config["sonla.catalogue.import_bytes"] + 1)
    if isinstance(content, str):
        content = content.encode()
    name = getattr(upload, "filename", None) or getattr(upload, "name", None)
    return content, str(name or "")


@tk.side_effect_free
@validate(schema.edition_import_confirm)
def sonla_edition_import_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return what an import would bring, in the caller's language.

    :param import_id: the id that `sonla_edition_import` answered
    """
    tk.check_access("sonla_edition_import_show", context, data_dict)
    return import_dict(_get_import(data_dict["import_id"]))


@validate(schema.edition_import_confirm)
def sonla_edition_import_confirm(
    context: Context, data_dict: DataDict
) -> dict[str, Any]:
    """Bring what was previewed into the edition, all of it or nothing.

    :param import_id: the id that `sonla_edition_import` answered
    """
    tk.check_access("sonla_edition_import_confirm", context, data_dict)
    kept = _get_import(data_dict["import_id"], lock=True)
    edition, actor = get_edition(kept.edition_id), actor_of(context)
    try:
        confirming.confirm(kept, edition, actor)
    except tk.ValidationError:
        model.Session.rollback()
        raise
    events.record(
        "edition.imported",
        object_type="edition",
        object_id=edition.id,
        actor=actor,
        public=False,
        file=kept.filename,
        entries=len(kept.entries),
    )
    model.Session.commit()
    return import_dict(kept)


def _get_import(import_id: str, *, lock: bool = False) -> CatalogueImport:
    kept = model.Session.get(CatalogueImport, import_id, with_for_update=lock)
    if kept is None:
        raise tk.ObjectNotFound(tk._("There is no such import."))
    return kept


def import_dict(kept: CatalogueImport) -> dict[str, Any]:
    """Return an import with its findings as sentences."""
    changes = [line["change"] for line in kept.entries]
    directory = Directory.read()
    statuses = [line.get("status", "understood") for line in kept.entries]
    return {
        "import_id": kept.id,
        "edition_id": kept.edition_id,
        "filename": kept.filename,
        "created": clock.iso_z(kept.created),
        "confirmed": clock.iso_z(kept.confirmed) if kept.confirmed else None,
        "complete": kept.complete,
        "good": confirming.is_good(kept),
        "count": len(changes),
        **{one: statuses.count(one) for one in STATUSES},
        **{one: changes.count(one) for one in ("added", "changed", "unchanged")},
        "retired": changes.count("retired") + len(kept.retired),
        "findings": [{**one, "sentence": sentence(one)} for one in kept.findings],
        "entries": [
            {
                "row": line["row"],
                "change": line["change"],
                "status": line.get("status", "understood"),
                **line["data"],
                **_titles(line["data"], directory),
            }
            for line in kept.entries[:1000]
        ],
        "retired_entries": kept.retired,
        "columns": kept.understood.get("columns", []),
        "skipped": kept.understood.get("skipped", []),
        "decision": kept.understood.get("decision", ""),
    }


def _titles(data: dict[str, Any], directory: Directory) -> dict[str, str]:
    """Return what a line's agency and domain are called today."""
    agency = directory.agency_id(str(data.get("lead_agency") or ""))
    domain = directory.domain_id(str(data.get("domain") or ""))
    return {
        "lead_agency_title": directory.agency_title(agency) if agency else "",
        "domain_title": directory.domain_title(domain) if domain else "",
    }
