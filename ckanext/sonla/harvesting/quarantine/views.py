"""The pages of a source's runs and of the rows that wait to be corrected."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response

import ckan.plugins.toolkit as tk
from ckanext.sonla.harvesting import configuration, health
from ckanext.sonla.harvesting.editor.views import as_harvest_pages, may, source_or_404
from ckanext.sonla.shared.calling import call, page_number, read

from . import exporting

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

ledger = Blueprint("sonla_ledger", __name__, url_prefix="/harvesting")
ledger.before_request(as_harvest_pages)
PER_PAGE = 30
ROWS_PER_PAGE = 50
DATASETS = 200


@ledger.route("/<source_id>/runs")
def runs(source_id: str) -> ResponseReturnValue:
    """Show what each run of a source brought."""
    source = source_or_404(source_id)
    number = page_number()
    asked = {"source_id": source["id"], "limit": PER_PAGE}
    found = read("sonla_harvest_run_list", {**asked, "offset": PER_PAGE * (number - 1)})
    shown = {
        "source": source,
        "harvest_source": source,
        "runs": found["results"],
        "catalogue": _datasets(source),
        "picture": health.picture(source["id"]),
        "number": number,
        "more": found["count"] > PER_PAGE * number,
        "may_run": may(source, "change"),
        "may_stop": may(source, "stop"),
    }
    return tk.render("harvesting/runs.html", shown)


def _datasets(source: dict[str, Any]) -> dict[str, Any] | None:
    """Return what became of a catalogue's datasets in its newest run."""
    if source.get("source_type") not in configuration.CATALOGUES:
        return None
    asked = {"source_id": source["id"], "limit": DATASETS}
    return read("sonla_harvest_dataset_list", asked)


@ledger.route("/<source_id>/runs", methods=["POST"])
def run(source_id: str) -> ResponseReturnValue:
    """Ask for a run now."""
    source = source_or_404(source_id)
    if call("harvest_job_create", {"source_id": source["id"], "run": False}):
        tk.h.flash_success(tk._("The run has been asked for. It begins in a moment."))
    return tk.redirect_to("sonla_ledger.runs", source_id=source["name"])


@ledger.route("/<source_id>/runs/stop", methods=["POST"])
def stop(source_id: str) -> ResponseReturnValue:
    """End the run that waits or goes on."""
    source = source_or_404(source_id)
    done = call("harvest_job_abort", {"source_id": source["id"]})
    if done and done["status"] == "Finished":
        tk.h.flash_success(tk._("The run was stopped."))
    elif done:
        tk.h.flash_notice(tk._("Its revision is already on its way to the leader."))
    return tk.redirect_to("sonla_ledger.runs", source_id=source["name"])


@ledger.route("/<source_id>/quarantine", methods=["GET", "POST"])
def quarantine(source_id: str) -> ResponseReturnValue:
    """Show the rows that wait, and take in a corrected file."""
    source = source_or_404(source_id)
    if tk.request.method == "POST":
        upload = tk.request.files.get("upload")
        asked = {"source_id": source["id"], "upload": upload}
        done = call("sonla_quarantine_retry", asked)
        if done is not None:
            told = tk.ungettext(
                "{count} row was taken in: run {number}.",
                "{count} rows were taken in: run {number}.",
                done["rows"],
            )
            number = done["number"]
            tk.h.flash_success(told.format(count=done["rows"], number=number))
            return tk.redirect_to("sonla_ledger.runs", source_id=source["name"])
        return tk.redirect_to("sonla_ledger.quarantine", source_id=source["name"])
    number = page_number()
    asked = {"source_id": source["id"], "limit": ROWS_PER_PAGE}
    offset = ROWS_PER_PAGE * (number - 1)
    found = read("sonla_quarantine_list", {**asked, "offset": offset})
    rows = found["results"]
    shown = {
        "source": source,
        "harvest_source": source,
        "rows": rows,
        "columns": exporting.columns_of(source["id"], rows),
        "count": found["count"],
        "number": number,
        "more": found["count"] > ROWS_PER_PAGE * number,
        "may_retry": may(source, "change"),
    }
    return tk.render("harvesting/quarantine.html", shown)


@ledger.route("/<source_id>/quarantine.xlsx")
def export(source_id: str) -> ResponseReturnValue:
    """Send the rows that wait as a workbook."""
    source = source_or_404(source_id)
    found = read("sonla_quarantine_export", {"source_id": source["id"]})
    answer = Response(
        base64.b64decode(found["content"]), content_type=found["media_type"]
    )
    answer.headers.set("Content-Disposition", "attachment", filename=found["filename"])
    return answer
