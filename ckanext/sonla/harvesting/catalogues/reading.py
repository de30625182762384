"""The way to another portal: its lists and its files, over guarded connections.

Upstream's harvesters ask by a method of their own, which our subclasses replace. They
are single instances shared by all threads, so the reader of a run is a variable of its
own context, never of theirs.
"""

from __future__ import annotations

import hashlib
import shutil
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
from ckanext.sonla.harvesting import answers, keeping
from ckanext.sonla.harvesting.authentication import auth_of
from ckanext.sonla.harvesting.body import body_of
from ckanext.sonla.harvesting.counts import Counts
from ckanext.sonla.harvesting.limits import Limits, Meter, limits_of
from ckanext.sonla.harvesting.problems import SourceProblem
from ckanext.sonla.harvesting.wire import session_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from requests import Response, Session

    from ckanext.sonla.harvesting.sources import Source

    from .remote import RemoteFile

_UNCHANGED = 304
_PAGES = ("text/html", "application/xhtml")
_PAGE_STARTS = (b"<!doctype html", b"<html")
_START, _PIECE = 512, 1 << 20
_MEGABYTE = 1_000_000
# More lists than this are no catalogue of an agency.
MOST_PAGES = 1000


@dataclass(frozen=True)
class Download:
    """A file that came.

    Args:
        path: where it lies.
        sha256: of its bytes.
        bytes: how many.
        etag, modified: by what its server will know that it is the same.
    """

    path: Path
    sha256: str
    bytes: int
    etag: str | None
    modified: str | None


class Reader:
    """Asks one source, within its limits.

    Args:
        source: that is asked.
        limits: other ones than the source's.
    """

    def __init__(self, source: Source, limits: Limits | None = None) -> None:
        self.source, self.limits = source, limits or limits_of(source.config)
        self.counts, self.meter = Counts(), Meter(self.limits)
        self.secrets = keeping.secrets_of(source.id, source.url, source.config)
        self.listed = 0
        self._asked: set[str] = set()
        self._sessions: dict[tuple[bool, int], Session] = {}

    def close(self) -> None:
        """Hang up."""
        for session in self._sessions.values():
            session.close()

    def listing(self, url: str, headers: dict[str, str] | None = None) -> Response:
        """Return one page of the list of datasets; all of them are held in memory.

        Raises:
            SourceProblem: it can't be had, leads back, or is too much.
        """
        if _server(url) != _server(self.source.url):
            host = urlsplit(url).hostname or ""
            raise SourceProblem("other_server", host=host)
        if url in self._asked:
            raise SourceProblem("loop", page=len(self._asked))
        self._asked.add(url)
        self.meter.page(0)
        if len(self._asked) > MOST_PAGES:
            raise SourceProblem("too_many_pages", pages=MOST_PAGES)
        response = self._ask(url, self.limits.page_bytes, headers or {})
        body = body_of(response)
        self.listed += body.seek(0, 2)
        body.seek(0)
        if self.listed > self.limits.page_bytes:
            raise SourceProblem("too_big", bytes=self.limits.page_bytes)
        if _is_page(response, body):
            raise SourceProblem("web_page")
        return response

    def context(self, url: str) -> Response:
        """Return a context of JSON-LD that a list names, wherever it is.

        Raises:
            SourceProblem: it can't be had.
        """
        self.meter.in_time()
        return self._ask(url, self.limits.page_bytes, {})

    def download(
        self, file: RemoteFile, path: Path, known: dict[str, Any]
    ) -> Download | None:
        """Fetch a file; None where its server says that it is the known one.

        Args:
            file: where it is.
            path: where it goes.
            known: `etag` and `modified` of the one that is known already.

        Raises:
            SourceProblem: it can't be had, or is too big.
        """
        self.meter.in_time()
        named = {"etag": "If-None-Match", "modified": "If-Modified-Since"}
        headers = {named[n]: str(known[n]) for n in named if known.get(n)}
        response = self._ask(file.url, self._most_bytes(), headers)
        if response.status_code == _UNCHANGED:
            return None
        body = body_of(response)
        if file.format not in ("HTML", "HTM") and _is_page(response, body):
            raise SourceProblem("web_page")
        with path.open("wb") as to:
            shutil.copyfileobj(body, to, _PIECE)
        with path.open("rb") as written:
            sha256 = hashlib.file_digest(written, "sha256").hexdigest()
        told = response.headers
        marks = told.get("ETag"), told.get("Last-Modified")
        return Download(path, sha256, path.stat().st_size, *marks)

    def _most_bytes(self) -> int:
        """Return how big a file may be: no bigger than one that an officer uploads."""
        most = int(tk.config["ckan.max_resource_size"]) * _MEGABYTE
        return min(self.limits.bytes, most)

    def _ask(self, url: str, most_bytes: int, headers: dict[str, str]) -> Response:
        with_secret = bool(self.secrets) and _server(url) == _server(self.source.url)
        session = self._session(most_bytes, with_secret=with_secret)
        config = self.source.config
        auth = auth_of(config, self.secrets, session) if with_secret else None
        with answers.Words(self.limits, url):
            response = session.get(url, auth=auth, headers=headers)
        if response.status_code != _UNCHANGED or not headers:
            answers.refuse(response.status_code, self.limits.attempts)
        return response

    def _session(self, most_bytes: int, *, with_secret: bool) -> Session:
        """Return a session; one that carries the secret follows to no other server."""
        key = (with_secret, most_bytes)
        if key not in self._sessions:
            self._sessions[key] = session_for(
                self.limits,
                self.counts,
                self.source.config,
                secret=with_secret,
                most_bytes=most_bytes,
            )
        return self._sessions[key]


def _server(url: str) -> str:
    parts = urlsplit(url.strip())
    return f"{parts.scheme}://{parts.netloc}".lower()


def _is_page(response: Response, body: IO[bytes]) -> bool:
    """Tell whether an answer is a web page, most often one to log in."""
    kind = response.headers.get("Content-Type", "").strip().lower()
    start = body.read(_START).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    body.seek(0)
    return kind.startswith(_PAGES) or start.startswith(_PAGE_STARTS)


_reader: ContextVar[Reader] = ContextVar("sonla_catalogue_reader")


@contextmanager
def reading(source: Source, limits: Limits | None = None) -> Iterator[Reader]:
    """Ask a source in this context, until it is left."""
    reader = Reader(source, limits)
    before = _reader.set(reader)
    try:
        yield reader
    finally:
        _reader.reset(before)
        reader.close()


def current() -> Reader:
    """Return who asks the source of this context.

    Raises:
        LookupError: nobody does; upstream's own ways to run are not used.
    """
    return _reader.get()
