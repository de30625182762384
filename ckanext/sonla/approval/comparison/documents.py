"""The text of a document, where it can be had: plain text, DOCX, ODT, PDF."""

from __future__ import annotations

import io
import zipfile
from typing import IO, TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from . import wording

if TYPE_CHECKING:
    from collections.abc import Callable

# A document is read whole.
LARGEST = 32 * 1024 * 1024
# So much text is compared; a book's first part tells what kind of change it is.
MOST_SIGNS = 200_000
MOST_PAGES = 60
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ODF = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_ZIPPED = 64 * 1024 * 1024
# Unchanged paragraphs longer than this are cut in the middle.
_KEPT = 160
# pypdf lets a damaged file's own troubles through.
_PDF_TROUBLES = (
    PyPdfError,
    ValueError,
    LookupError,
    TypeError,
    RecursionError,
    OSError,
)


class UnreadableError(Exception):
    """The document's text can't be had."""


def compare(
    before: IO[bytes], after: IO[bytes], kinds: tuple[str, str]
) -> dict[str, Any] | None:
    """Return the `parts` of the text that differ; None where there is no text.

    Args:
        kinds: the format of each as the resource says it, `DOCX` for one.
    """
    try:
        old, new = (
            text_of(stream, kind)
            for stream, kind in zip((before, after), kinds, strict=True)
        )
    except UnreadableError:
        return None
    return {
        "cut": max(len(old), len(new)) >= MOST_SIGNS,
        "parts": shortened(wording.parts(old, new)),
    }


def is_document(kind: str) -> bool:
    """Tell whether a format is one whose text can be had."""
    return kind.strip().lstrip(".").upper() in _READERS


def text_of(stream: IO[bytes], kind: str) -> str:
    """Return a document's text, at most `MOST_SIGNS` of it.

    Raises:
        UnreadableError: it is too large, damaged, protected or a scan.
    """
    reader = _READERS.get(kind.strip().lstrip(".").upper())
    data = stream.read(LARGEST + 1)
    if reader is None or len(data) > LARGEST:
        raise UnreadableError
    text = reader(data)[:MOST_SIGNS].strip()
    if not text:
        raise UnreadableError
    return text


def shortened(parts: list[wording.Part]) -> list[wording.Part]:
    """Cut long stretches in which nothing changed."""
    told = []
    for kind, text in parts:
        if kind == wording.SAME and len(text) > 2 * _KEPT:
            text = f"{text[:_KEPT]} […] {text[-_KEPT:]}"  # noqa: PLW2901 - cut here
        told.append((kind, text))
    return told


def _plain(data: bytes) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeError:
        # The one-byte encoding of old Vietnamese Windows; any byte means something.
        return data.decode("cp1258", errors="replace")


def _docx(data: bytes) -> str:
    root = _xml(data, "word/document.xml")
    return "\n".join(
        "".join(text.text or "" for text in paragraph.iter(f"{_WORD}t"))
        for paragraph in root.iter(f"{_WORD}p")
    )


def _odt(data: bytes) -> str:
    root = _xml(data, "content.xml")
    wanted = (f"{_ODF}p", f"{_ODF}h")
    return "\n".join(
        "".join(node.itertext()) for node in root.iter() if node.tag in wanted
    )


def _xml(data: bytes, name: str) -> ET.Element:
    """Return a part of a packed document; its size is checked before it is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if packed.getinfo(name).file_size > _ZIPPED:
                raise UnreadableError
            content = packed.read(name)
        # Entities could blow a small file up; no office program writes any.
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
            raise UnreadableError
        return ET.fromstring(content)  # noqa: S314 - entities are refused above
    except (zipfile.BadZipFile, KeyError, ET.ParseError, OSError) as error:
        raise UnreadableError from error


def _pdf(data: bytes) -> str:
    try:
        pages = PdfReader(io.BytesIO(data)).pages
        return "\n".join(page.extract_text() for page in pages[:MOST_PAGES])
    # pypdf lets a damaged file's own troubles through.
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        RecursionError,
        OSError,
    ) as error:
        raise UnreadableError from error


_READERS: dict[str, Callable[[bytes], str]] = {
    "TXT": _plain,
    "MD": _plain,
    "DOCX": _docx,
    "ODT": _odt,
    "PDF": _pdf,
}
