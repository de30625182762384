"""A plugin of pytest for CKAN's own tests: the embedded search stays where it is put.

CKAN's tests load and unload plugins and expect their search engine to be there all the
while, as a Solr would be.
"""

from __future__ import annotations

from ckanext.sonla.search import seam


def _always() -> bool:
    return True


def pytest_configure() -> None:
    """Keep the index in place of Solr, whatever plugins a test loads."""
    seam.enabled = _always
