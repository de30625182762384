"""`sonla_ckan`: an agency's own CKAN, read through its Action API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from ckanext.harvest.harvesters.ckanharvester import CKANHarvester, SearchError
from ckanext.sonla.harvesting.problems import SourceProblem
from ckanext.sonla.shared.msgid import N_

from .remote import Remote, RemoteFile, line, metadata, plain_fields, text
from .stages import CatalogueStages

if TYPE_CHECKING:
    from ckanext.sonla.harvesting.sources import Source

_OWN_FILE = "upload"


# Upstream's stages answer less than the interface allows.
class CkanCatalogueHarvester(CatalogueStages, CKANHarvester):  # pyright: ignore[reportIncompatibleMethodOverride]
    """Upstream's list of a CKAN's datasets, over our wire; revisions at the end."""

    kind = "sonla_ckan"
    title = N_("Catalogue of a CKAN")
    description = N_(
        "Takes datasets of an agency's own CKAN over into revisions that its leader"
        " decides on."
    )

    def _get_content(self, url: str) -> str:
        """Ask as upstream does, for its JSON."""
        from . import reading  # noqa: PLC0415 - dlt loads slowly

        body = reading.body_of(reading.current().listing(url))
        return body.read().decode("utf-8", "replace")

    def remotes(self, source: Source) -> list[Remote]:
        """List the source's datasets.

        Raises:
            SourceProblem: what has to be mended at the source.
        """
        base = source.url.rstrip("/")
        named = source.config.get("organizations") or []
        terms = [" OR ".join(f"organization:{one}" for one in named)] if named else []
        try:
            found = self._search_for_datasets(base, terms)
        except (SearchError, AttributeError, KeyError, TypeError) as error:
            place = "package_search"
            raise SourceProblem("not_readable", format="JSON", place=place) from error
        return [_remote(one, base) for one in found]


def _remote(told: dict[str, Any], base: str) -> Remote:
    guid, name = line(told.get("id")), line(told.get("name"))
    known = metadata(told)
    known["tags"] = known.get("tags", [])
    files = told.get("resources")
    return Remote(
        guid=guid,
        name=name,
        title=known.get("title") or name or guid,
        metadata=known,
        files=tuple(
            _file(one, base)
            for one in (files if isinstance(files, list) else [])
            if isinstance(one, dict) and one.get("state", "active") == "active"
        ),
        fields=plain_fields(told),
        public=not told.get("private") and told.get("state", "active") == "active",
    )


def _file(told: dict[str, Any], base: str) -> RemoteFile:
    url = text(told.get("url"))
    # A version is worth something of what the CKAN keeps itself.
    marks = [line(told.get(name)) for name in ("last_modified", "hash", "size")]
    own = told.get("url_type") == _OWN_FILE and any(marks)
    return RemoteFile(
        id=line(told.get("id")) or url,
        name=line(told.get("name")) or url.rpartition("/")[2],
        url=urljoin(f"{base}/", url),
        format=line(told.get("format")).upper(),
        description=text(told.get("description")),
        version="|".join(marks) if own else None,
    )
