"""RDF of strangers, made safe before rdflib reads it.

Its parsers expand entities, and fetch what a document names: the context of JSON-LD. So
a document with a DOCTYPE is refused, and contexts come over the guarded wire.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit
from xml.parsers import expat

from ckanext.sonla.harvesting.body import body_of
from ckanext.sonla.harvesting.problems import SourceProblem

if TYPE_CHECKING:
    from .reading import Reader

XML, TURTLE, JSON_LD, TRIPLES = "xml", "turtle", "json-ld", "nt"
_KINDS = {
    "application/rdf+xml": XML,
    "application/xml": XML,
    "text/xml": XML,
    "text/turtle": TURTLE,
    "application/x-turtle": TURTLE,
    "application/ld+json": JSON_LD,
    "application/json": JSON_LD,
    "application/n-triples": TRIPLES,
}
_ENDINGS = {
    "rdf": XML,
    "xml": XML,
    "ttl": TURTLE,
    "jsonld": JSON_LD,
    "json": JSON_LD,
    "nt": TRIPLES,
}
ACCEPTED = "text/turtle, application/ld+json;q=0.9, application/rdf+xml;q=0.8"
CONTEXT, IMPORT = "@context", "@import"
MOST_CONTEXTS = 5


def kind_of(content_type: str, url: str, told: str | None) -> str:
    """Return which of rdflib's parsers reads an answer: these only, whatever is said.

    Args:
        content_type: of the answer.
        url: whose ending tells where the content type is none of RDF.
        told: by the configuration; it comes first.

    Raises:
        SourceProblem: none does.
    """
    named = content_type.partition(";")[0].strip().lower()
    ending = urlsplit(url).path.rpartition(".")[2].lower()
    kind = told or _KINDS.get(named) or _ENDINGS.get(ending)
    if kind is None:
        raise SourceProblem("content_type", found=named[:60] or "—", format="RDF")
    return kind


def safe(kind: str, body: bytes, reader: Reader) -> bytes | str:
    """Return a document that rdflib can read without asking anybody anything.

    Raises:
        SourceProblem: it holds what data needs not and attacks do, or is no text.
    """
    if kind == XML:
        _without_doctype(body)
        return body
    try:
        plain = body.decode("utf-8-sig")
        if kind != JSON_LD:
            return plain
        found = json.loads(plain)
        contexts = _Contexts(reader)
        return json.dumps(contexts.inlined(found, reader.source.url))
    except (ValueError, RecursionError) as error:
        raise SourceProblem("not_readable", format=kind, place="1") from error


def _without_doctype(body: bytes) -> None:
    """Read XML with the parser that rdflib uses, up to a DOCTYPE.

    There is none in data; entities that grow, or name files, begin with one.
    """

    def refuse(*_: Any) -> None:
        raise SourceProblem("not_readable", format="RDF/XML", place="DOCTYPE")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError) as error:
        line = getattr(error, "lineno", 1)
        raise SourceProblem("not_readable", format="RDF/XML", place=line) from error


class _Contexts:
    """Puts contexts into a document that it only names."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._known: dict[str, Any] = {}

    def inlined(self, found: Any, base: str) -> Any:
        """Return a document or a context with all contexts in it."""
        if isinstance(found, list):
            return [self.inlined(one, base) for one in found]
        if not isinstance(found, dict):
            return found
        if IMPORT in found:
            raise ValueError(IMPORT)
        return {
            name: self._context(value, base)
            if name == CONTEXT
            else self.inlined(value, base)
            for name, value in found.items()
        }

    def _context(self, value: Any, base: str) -> Any:
        if isinstance(value, list):
            return [self._context(one, base) for one in value]
        if isinstance(value, str):
            return self._fetched(urljoin(base, value))
        return self.inlined(value, base)

    def _fetched(self, url: str) -> Any:
        if url in self._known:
            return self._known[url]
        if len(self._known) >= MOST_CONTEXTS:
            raise ValueError(CONTEXT)
        # One that leads to itself holds nothing more.
        self._known[url] = {}
        found = json.loads(body_of(self.reader.context(url)).read())
        inner = found.get(CONTEXT, {}) if isinstance(found, dict) else {}
        self._known[url] = self._context(inner, url)
        return self._known[url]
