"""The scan of the Chairman's decision, kept with the decision itself."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model

from .model import EditionScan

if TYPE_CHECKING:
    from .model import Edition

# The first bytes of what a scanner makes; the name proves nothing.
_KINDS = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n": "image/png",
}


def is_upload(value: Any) -> bool:
    """Tell whether a value is a file that came with a form or a call."""
    return hasattr(value, "stream") and hasattr(value, "filename")


def keep(edition: Edition, upload: Any) -> str:
    """Keep a scan with its edition, in the caller's transaction.

    Returns:
        The scan's address on the portal.

    Raises:
        ValidationError: it is empty, too large, or neither PDF, JPEG nor PNG.
    """
    most = tk.config["sonla.catalogue.scan_bytes"]
    content = upload.stream.read(most + 1)
    if len(content) > most:
        told = tk._("The scan is larger than {size}.")
        raise _refused(told.format(size=tk.h.sonla_size(most)))
    kind = next((k for head, k in _KINDS.items() if content.startswith(head)), None)
    if kind is None:
        raise _refused(tk._("A scan is a PDF, JPEG or PNG file."))
    model.Session.merge(
        EditionScan(
            edition_id=edition.id,
            filename=str(upload.filename)[-200:].replace("\0", ""),
            mimetype=kind,
            sha256=hashlib.sha256(content).hexdigest(),
            content=content,
        )
    )
    return tk.h.url_for("sonla_editions.scan", id=edition.id, locale="default")


def _refused(message: str) -> tk.ValidationError:
    return tk.ValidationError({"document": [message]})
