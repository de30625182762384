"""One door for a file, whatever it is."""

from __future__ import annotations

from ckanext.sonla.shared.msgid import N_

from . import delimited, workbook
from .sheet import Sheet, UnreadableError


def read(content: bytes, filename: str, most_bytes: int, most_rows: int) -> Sheet:
    """Read a file.

    Args:
        content: the file's bytes.
        filename: its name; the ending says which kind it is.
        most_bytes: how large it may be.
        most_rows: how many rows it may have.

    Raises:
        UnreadableError: with the reason.
    """
    if len(content) > most_bytes:
        raise UnreadableError(N_("The file is too large for a catalogue."))
    if not content.strip():
        raise UnreadableError(N_("The file is empty."))
    kind = filename.rpartition(".")[2].casefold()
    if kind in ("xlsx", "xlsm"):
        return workbook.read(content, most_bytes, most_rows)
    if kind in ("csv", "tsv", "txt"):
        return delimited.read(content, most_rows)
    if kind in ("xls", "ods", "docx", "doc", "pdf"):
        raise UnreadableError(
            N_("Only CSV and XLSX files can be read: save the annex as XLSX.")
        )
    raise UnreadableError(N_("Only CSV and XLSX files can be read."))
