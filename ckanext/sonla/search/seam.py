"""Where CKAN finds the embedded index in place of Solr.

CKAN has no interface for another search engine. It looks two names up when it needs
them: `pysolr` in `ckan.lib.search.common`, for every connection, and
`_get_schema_from_solr` in `ckan.lib.search`, which asks Solr for its schema. Both are
replaced by stand-ins that hand on to the originals where `solr_url` names a real Solr,
or names nothing and the plugin isn't loaded: CKAN tells a plugin that it is loaded, not
that it goes. `postgresql:` means the embedded index while CKAN loads its plugins anew
too, as it does for every job: no real Solr has such an address.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pysolr

from ckan.common import CKANConfig, config
from ckan.lib import search
from ckan.lib.search import common
from ckan.plugins import plugin_loaded

from .connection import EmbeddedSolr
from .schema import SCHEMA_XML

PLUGIN = "sonla_search"
DEFAULT_URL = "postgresql:"
_ask_solr = search._get_schema_from_solr


def enabled() -> bool:
    """Tell if the plugin is loaded; CKAN's own tests run with others or with none."""
    return plugin_loaded(PLUGIN)


def embedded(url: str | None) -> bool:
    """Tell if `solr_url` means the index in PostgreSQL: `postgresql:`, or empty."""
    return url.startswith(DEFAULT_URL) if url else enabled()


class _Pysolr:
    """Stands in for the module `pysolr` in `ckan.lib.search.common`."""

    @staticmethod
    def Solr(url: str, **arguments: Any) -> Any:  # noqa: N802 - pysolr's name
        kind = EmbeddedSolr if embedded(url) else pysolr.Solr
        return kind(url, **arguments)

    def __getattr__(self, name: str) -> Any:
        return getattr(pysolr, name)


def _packaged_schema(file_offset: str) -> Any:
    """Answer for Solr with the schema that CKAN's package carries."""
    if not embedded(config.get("solr_url")):
        return _ask_solr(file_offset)
    return SimpleNamespace(
        text=SCHEMA_XML.read_text(encoding="utf-8"), raise_for_status=lambda: None
    )


_stand_in: Any = _Pysolr()


def install(settings: CKANConfig) -> None:
    """Put the stand-ins in place; twice does no harm.

    An empty `solr_url` becomes `postgresql:`, because CKAN requires the option.
    """
    if not settings.get("solr_url"):
        settings["solr_url"] = DEFAULT_URL
    common.pysolr = _stand_in
    search._get_schema_from_solr = _packaged_schema
