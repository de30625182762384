"""`sonla_dcat`: a catalogue that an agency publishes as DCAT."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from ckanext.dcat.exceptions import RDFParserException
from ckanext.dcat.harvesters.rdf import DCATRDFHarvester
from ckanext.sonla.harvesting.problems import SourceProblem
from ckanext.sonla.shared.msgid import N_

from .remote import (
    LISTS,
    MOST_ITEMS,
    Remote,
    RemoteFile,
    line,
    metadata,
    plain_fields,
    text,
)
from .stages import CatalogueStages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ckanext.sonla.harvesting.sources import Source


# Upstream's stages answer less than the interface allows.
class DcatCatalogueHarvester(CatalogueStages, DCATRDFHarvester):  # pyright: ignore[reportIncompatibleMethodOverride]
    """Upstream's reading of DCAT, over our wire; revisions at the end."""

    kind = "sonla_dcat"
    title = N_("Catalogue in DCAT")
    description = N_(
        "Takes datasets of a DCAT catalogue (RDF/XML, Turtle, JSON-LD) over into"
        " revisions that the agency's leader decides on."
    )

    def _get_content_and_type(
        self,
        url: str,
        harvest_job: Any,  # noqa: ARG002 - upstream's
        page: int = 1,  # noqa: ARG002 - upstream's; pages are Hydra's
        content_type: str | None = None,
    ) -> tuple[bytes | str, str]:
        """Ask as upstream does; what is no RDF that may be read is refused."""
        from . import rdf, reading  # noqa: PLC0415 - dlt loads slowly

        reader = reading.current()
        response = reader.listing(url, {"Accept": rdf.ACCEPTED})
        body = reading.body_of(response).read()
        kind = rdf.kind_of(response.headers.get("Content-Type", ""), url, content_type)
        return rdf.safe(kind, body, reader), kind

    def remotes(self, source: Source) -> list[Remote]:
        """List the source's datasets, from page to page of Hydra.

        Raises:
            SourceProblem: what has to be mended at the source.
        """
        found: list[Remote] = []
        url: str | None = source.url
        while url:
            asked = source.config.get("rdf_format")
            content, kind = self._get_content_and_type(url, None, content_type=asked)
            parser = self._parsed(content, kind)
            for told in self._datasets(parser, kind):
                guid = line(self._get_guid(told, source_url=source.url))
                found.append(_remote(told, guid, url))
            following = parser.next_page()
            url = urljoin(url, following) if following else None
        return found

    def _parsed(self, content: bytes | str, kind: str) -> Any:
        from ckanext.dcat.processors import RDFParser  # noqa: PLC0415 - loads rdflib

        parser = RDFParser()
        try:
            parser.parse(content, _format=kind)
        except (
            RDFParserException,
            ArithmeticError,
            AssertionError,
            AttributeError,
            LookupError,
            RecursionError,
            ValueError,
        ) as error:
            # rdflib's parsers fail in many ways; none of them is the portal's.
            raise _unreadable(kind, error) from error
        return parser

    def _datasets(self, parser: Any, kind: str) -> Iterator[dict[str, Any]]:
        try:
            yield from parser.datasets()
        except (ArithmeticError, AttributeError, LookupError, ValueError) as error:
            raise _unreadable(kind, error) from error


def _unreadable(kind: str, error: Exception) -> SourceProblem:
    place = " ".join(str(error).split())[:80]
    return SourceProblem("not_readable", format=f"DCAT ({kind})", place=place)


def _remote(told: dict[str, Any], guid: str, url: str) -> Remote:
    whole = {**_extras(told), **told}
    known = metadata(whole)
    files = told.get("resources") or []
    name = guid.rstrip("/").rpartition("/")[2]
    return Remote(
        guid=guid,
        name=name,
        title=known.get("title") or guid,
        metadata=known,
        files=tuple(_file(one, url) for one in files[:MOST_ITEMS]),
        fields=plain_fields(told),
    )


def _extras(told: dict[str, Any]) -> dict[str, Any]:
    """Return what upstream puts into extras, its lists as lists."""
    found: dict[str, Any] = {}
    for one in told.get("extras") or []:
        name, value = one["key"], one["value"]
        if name in LISTS and isinstance(value, str) and value.startswith("["):
            value = json.loads(value)
        found[name] = value
    return found


def _file(told: dict[str, Any], base: str) -> RemoteFile:
    url = urljoin(base, text(told.get("download_url") or told.get("url")))
    last = url.partition("?")[0].rstrip("/").rpartition("/")[2]
    return RemoteFile(
        id=line(told.get("uri")) or url,
        name=line(told.get("name")) or last,
        url=url,
        format=_format(told, last),
        description=text(told.get("description")),
    )


def _format(told: dict[str, Any], last: str) -> str:
    """Return a format by its word, the end of its URI, its media type or the name."""
    said = line(told.get("format")) or line(told.get("mimetype"))
    if not said:
        said = last.rpartition(".")[2] if "." in last else ""
    said = said.rstrip("/").rpartition("/")[2]
    return said.upper()
