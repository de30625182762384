"""CSV, in the encodings and with the delimiters of Vietnamese offices."""

from __future__ import annotations

import codecs
import csv
import io
from contextlib import suppress

from ckanext.sonla.shared.msgid import N_

from .sheet import MOST_COLUMNS, Row, Sheet, UnreadableError, text_of

_SNIFFED = 20


def read(content: bytes, most_rows: int) -> Sheet:
    """Read a CSV.

    Raises:
        UnreadableError: with the reason.
    """
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if b"\0" in content and not wide:
        raise UnreadableError(N_("The file is not a text."))
    text = _decoded(content)
    rows = []
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
        for number, cells in enumerate(lines, 1):
            if number > most_rows:
                raise UnreadableError(N_("The file has too many rows."))
            if len(cells) > MOST_COLUMNS:
                raise UnreadableError(N_("The file has too many columns."))
            rows.append(Row(number, [text_of(cell) for cell in cells]))
    except csv.Error as error:
        raise UnreadableError(N_("The file is not a CSV.")) from error
    return Sheet(rows)


def _delimiter(text: str) -> str:
    """Return what most cells of the first lines end with.

    A title above the headers has none, and an agency's name may have commas.
    """
    first = "\n".join(text.splitlines()[:_SNIFFED])
    counts = {one: first.count(one) for one in (";", "\t", ",")}
    for one in (";", "\t"):
        if counts[one] and counts[one] * 3 >= counts[","]:
            return one
    return ","


def _decoded(content: bytes) -> str:
    """Return the text, in the encodings that Vietnamese offices use."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1258"]
    for encoding in encodings:
        with suppress(UnicodeDecodeError):
            return content.decode(encoding)
    raise UnreadableError(N_("The file's encoding is not known; save it as UTF-8."))
