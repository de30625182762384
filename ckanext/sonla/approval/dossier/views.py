"""The auditor's button: the approval dossier of a dataset, to download."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from flask import Blueprint, send_file

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared.language import speaking

from . import document

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

dossier = Blueprint("sonla_dossier", __name__)


@dossier.get("/dataset/<id>/dossier.docx")
def download(id: str) -> ResponseReturnValue:  # noqa: A002 - the word in CKAN's addresses
    """Send the dossier as a Word document."""
    try:
        # What checks found is told in the document's language, not in the page's.
        with speaking(document.LANGUAGE):
            found = tk.get_action("sonla_dossier_show")({}, {"dataset_id": id})
    except tk.ObjectNotFound:
        tk.abort(404, tk._("Dataset not found"))
    except tk.NotAuthorized as refused:
        tk.abort(403, refused.message or tk._("You may not do this"))
    return send_file(
        io.BytesIO(document.made_of(found)),
        mimetype=document.MIMETYPE,
        as_attachment=True,
        download_name=document.file_name(found),
    )
