"""Filling the templates of an edition's papers, in the layout of Decree 30/2020.

The templates lie in `templates/`, made by `deploy/edition_templates.py`. An office that
wants its own wording edits a copy in Word, keeps the tags, and names the folder in
`sonla.catalogue.documents`. Official documents are in Vietnamese.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
from docx.opc.exceptions import OpcError
from docxtpl import DocxTemplate

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared.language import speaking

from . import variables

if TYPE_CHECKING:
    from ckanext.sonla.catalogue.model import Edition

TEMPLATES = Path(__file__).parent / "templates"
MIMETYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LANGUAGE = "vi"
NAMES = ("to-trinh", "quyet-dinh", "phu-luc")


def template_of(name: str) -> Path:
    """Return the office's own template of that name, or the extension's."""
    folder = tk.config["sonla.catalogue.documents"]
    own = Path(folder) / f"{name}.docx" if folder else None
    return own if own is not None and own.is_file() else TEMPLATES / f"{name}.docx"


def made_of(edition: Edition, name: str) -> bytes:
    """Return a draft as a Word document.

    Args:
        edition: in whatever state.
        name: `to-trinh`, `quyet-dinh` or `phu-luc`.

    Raises:
        ValidationError: the office's own template can't be filled; says why.
    """
    path = template_of(name)
    try:
        template = DocxTemplate(path)
        with speaking(LANGUAGE):
            template.render(variables.of(edition), autoescape=True)
        written = io.BytesIO()
        template.save(written)
    except (jinja2.TemplateError, OpcError, zipfile.BadZipFile, OSError) as error:
        raise tk.ValidationError(
            {
                "template": [
                    tk._("The template {name} cannot be filled: {error}").format(
                        name=path.name, error=error
                    )
                ]
            }
        ) from error
    return written.getvalue()
