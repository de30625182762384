"""Reads rows out of an answer, one after the other, in the source's own values."""

from __future__ import annotations

import mimetypes
from typing import IO, TYPE_CHECKING, Any

from ckanext.sonla.harvesting.problems import SourceProblem

from . import csv_rows, json_rows, xml_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ckanext.sonla.harvesting.page import Row

READERS: dict[str, Callable[[IO[bytes], Mapping[str, Any]], Iterator[Row]]] = {
    "json": json_rows.rows,
    "csv": csv_rows.rows,
    "xml": xml_rows.rows,
}
# What a server may call each; many call everything text or bytes.
_ANY = ("", "text/plain", "application/octet-stream", "binary/octet-stream")
_TYPES = {
    "json": ("json", "javascript"),
    "csv": ("csv", "comma-separated", "excel", "tab-separated"),
    "xml": ("xml",),
}
_PAGE = ("text/html", "application/xhtml")
_SNIFFED = 512
_KNOWN = frozenset(mimetypes.types_map.values())
_MAIN = frozenset(one.partition("/")[0] for one in _KNOWN)


def look(format_: str, content_type: str, body: IO[bytes]) -> None:
    """Refuse an answer that is something else than what was asked for.

    Raises:
        SourceProblem: it is a web page, or of another type.
    """
    named = content_type.partition(";")[0].strip().lower()
    start = body.read(_SNIFFED).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    body.seek(0)
    if named.startswith(_PAGE) or start.startswith((b"<!doctype html", b"<html")):
        raise SourceProblem("web_page")
    if named not in _ANY and not any(part in named for part in _TYPES[format_]):
        raise SourceProblem("content_type", found=_known(named), format=format_.upper())


def _known(named: str) -> str:
    """Return a type that the world knows; what else an answer says is nobody's."""
    main = named.partition("/")[0]
    if named in _KNOWN:
        return named
    return f"{main}/…" if main in _MAIN else "…"


def rows_of(format_: str, body: IO[bytes], config: Mapping[str, Any]) -> Iterator[Row]:
    """Yield the rows of an answer.

    Raises:
        SourceProblem: it can't be read, or has no rows where they should be.
    """
    return READERS[format_](body, config)
