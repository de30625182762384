"""The page on which an officer sees how her file is read, and corrects it."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Blueprint, send_file

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import kept_files

from . import choosing, readers, report
from .model import RejectedFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

intake = Blueprint("sonla_intake", __name__)
__all__ = ["intake"]

_PAGE = "/dataset/<id>/resource/<resource_id>/intake"
LEFT_OUT = "-"


@intake.route(_PAGE, methods=["GET"])
def show(id: str, resource_id: str) -> ResponseReturnValue:  # noqa: A002 - CKAN's word
    """Show how a file is read."""
    return _page(id, resource_id, None)


@intake.route(_PAGE, methods=["POST"])
def choose(id: str, resource_id: str) -> ResponseReturnValue:  # noqa: A002 - CKAN's word
    """Try another choice, keep one, or spread the workbook over its tables."""
    form = tk.request.form
    step = form.get("step")
    try:
        if step == "spread":
            tk.get_action("sonla_intake_spread")({}, {"resource_id": resource_id})
            tk.h.flash_success(tk._("Each table has its file now."))
            return tk.redirect_to("dataset.read", id=id)
        choice = choice_of(form)
        if step == "keep":
            given = {"resource_id": resource_id, "choice": choice}
            tk.get_action("sonla_intake_choose")({}, given)
            tk.h.flash_success(tk._("The file will be read as you chose."))
            return tk.redirect_to(
                "dataset_resource.read", id=id, resource_id=resource_id
            )
    except tk.ValidationError as error:
        return _page(id, resource_id, None, error.error_dict)
    except tk.NotAuthorized as error:
        return tk.abort(403, str(error) or tk._("Not authorized"))
    except tk.ObjectNotFound as error:
        return tk.abort(404, str(error))
    return _page(id, resource_id, choice)


@intake.route("/intake/rejected/<id>.xlsx")
def rejected_report(id: str) -> ResponseReturnValue:  # noqa: A002 - CKAN's word
    """Send the report on a rejected file: its rows with the wrong cells marked."""
    found = _rejected(id)
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as target:
        try:
            report.write(found, Path(target.name))
        except FileNotFoundError:
            return tk.abort(404, tk._("The file is not kept any more."))
        content = Path(target.name).read_bytes()
    name = f"{Path(found.name).stem}-loi.xlsx"
    return send_file(io.BytesIO(content), as_attachment=True, download_name=name)


@intake.route("/intake/rejected/<id>")
def rejected_file(id: str) -> ResponseReturnValue:  # noqa: A002 - CKAN's word
    """Send a rejected file as it was uploaded."""
    found = _rejected(id)
    try:
        with kept_files.opened(found.sha256) as path:
            stream = path.open("rb")
    except FileNotFoundError:
        return tk.abort(404, tk._("The file is not kept any more."))
    return send_file(
        stream,
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=found.name,
    )


def _rejected(id: str) -> RejectedFile:  # noqa: A002 - CKAN's word
    try:
        tk.get_action("sonla_rejected_show")({}, {"id": id})
    except tk.NotAuthorized as error:
        tk.abort(403, str(error) or tk._("Not authorized"))
    except (tk.ObjectNotFound, tk.ValidationError):
        tk.abort(404, tk._("There is no such file."))
    found = model.Session.get(RejectedFile, id)
    if found is None:
        raise tk.ObjectNotFound
    return found


def choice_of(form: Mapping[str, Any]) -> dict[str, Any]:
    """Return the choice that a form holds."""
    header = [form.get("header_first"), form.get("header_last")]
    rows = [one for one in header if one]
    choice: dict[str, Any] = {
        "sheet": form.get("sheet"),
        "header": [rows[0], rows[-1]] if rows else None,
        "last": form.get("last"),
        "whole": form.get("whole") == "yes",
        "encoding": form.get("encoding"),
        "crs": form.get("crs"),
        "convert": form.get("convert", "yes") == "yes",
    }
    # Columns of another sheet or header say nothing of this one's.
    shown = [form.get("shown_sheet"), form.get("shown_first"), form.get("shown_last")]
    if shown == [form.get("sheet"), *header]:
        choice["columns"] = _columns(form)
    return choice


def _columns(form: Mapping[str, Any]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for key, header in form.items():
        if key.startswith("column_") and header:
            field = form.get("field_" + key.removeprefix("column_"))
            if field == LEFT_OUT:
                found[header] = None
            elif field:
                found[header] = field
    return found


def _page(
    package_id: str,
    resource_id: str,
    choice: dict[str, Any] | None,
    errors: dict[str, Any] | None = None,
) -> ResponseReturnValue:
    asked: dict[str, Any] = {"resource_id": resource_id}
    if choice is not None:
        asked["choice"] = choice
    try:
        return _rendered(package_id, asked, errors or {}), 409 if errors else 200
    except tk.ValidationError as error:
        # What was tried can't be; what holds is shown with the reason.
        kept = {"resource_id": resource_id}
        return _rendered(package_id, kept, error.error_dict), 409
    except tk.NotAuthorized as error:
        return tk.abort(403, str(error) or tk._("Not authorized"))
    except tk.ObjectNotFound as error:
        return tk.abort(404, str(error))


def _rendered(package_id: str, asked: dict[str, Any], errors: dict[str, Any]) -> str:
    package = tk.get_action("package_show")({}, {"id": package_id})
    found = tk.get_action("sonla_intake_show")({}, asked)
    for resource in package["resources"]:
        if resource["id"] == asked["resource_id"]:
            break
    else:
        raise tk.ObjectNotFound(tk._("Resource not found"))
    named = (resource.get("format"), resource.get("url"))
    return tk.render(
        "intake/choose.html",
        {
            "package": package,
            "resource": resource,
            "found": found,
            "errors": errors,
            "kind": readers.kind_of(*named) or readers.map_of(*named),
            "encodings": choosing.ENCODINGS,
            "may_choose": _may_choose(resource["id"]),
        },
    )


def _may_choose(resource_id: str) -> bool:
    resource = model.Resource.get(resource_id)
    return resource is not None and tk.h.check_access(
        "sonla_intake_choose", {"resource_id": resource_id}
    )
