"""The seam: embedded, Solr or stock CKAN, as the configuration says."""

from __future__ import annotations

import pysolr
import pytest

import ckan.plugins as p
from ckan.common import config
from ckan.lib import search
from ckan.lib.search import common
from ckanext.sonla.search import seam
from ckanext.sonla.search.connection import EmbeddedSolr


@pytest.mark.ckan_config("ckan.plugins", "sonla_search")
@pytest.mark.ckan_config("solr_url", "")
@pytest.mark.usefixtures("with_plugins")
def test_an_empty_address_means_the_embedded_index():
    assert config["solr_url"] == seam.DEFAULT_URL
    assert isinstance(search.make_connection(), EmbeddedSolr)
    assert search.is_available()
    assert search.check_solr_schema_version()


@pytest.mark.ckan_config("ckan.plugins", "sonla_search")
@pytest.mark.usefixtures("with_plugins")
def test_an_address_of_solr_means_solr(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(config, "solr_url", "http://127.0.0.1:1/solr/ckan")
    assert type(search.make_connection()) is pysolr.Solr
    asked: list[str] = []
    monkeypatch.setattr(seam, "_ask_solr", asked.append)
    search._get_schema_from_solr("/schema")
    assert asked == ["/schema"]


@pytest.mark.ckan_config("ckan.plugins", "sonla_search")
@pytest.mark.usefixtures("with_plugins")
def test_without_the_plugin_ckan_is_stock(monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []
    monkeypatch.setattr(seam, "_ask_solr", asked.append)
    p.unload("sonla_search")
    monkeypatch.setitem(config, "solr_url", "")
    try:
        assert type(search.make_connection()) is pysolr.Solr
        search._get_schema_from_solr("/schema")
        assert asked
    finally:
        p.load("sonla_search")
    assert isinstance(search.make_connection(), EmbeddedSolr)


@pytest.mark.ckan_config("ckan.plugins", "sonla_search")
@pytest.mark.usefixtures("with_plugins")
def test_while_plugins_are_loaded_anew_nobody_asks_a_solr(
    caplog: pytest.LogCaptureFixture,
):
    p.unload("sonla_search")
    try:
        assert config["solr_url"] == seam.DEFAULT_URL
        assert search.is_available()
    finally:
        p.load("sonla_search")
    assert not [one for one in caplog.records if one.levelname == "ERROR"]


def test_putting_it_in_place_twice_does_no_harm():
    seam.install(config)
    first = common.pysolr, search._get_schema_from_solr
    seam.install(config)
    assert (common.pysolr, search._get_schema_from_solr) == first
    assert common.pysolr.SolrError is pysolr.SolrError
    assert common.pysolr.DATETIME_REGEX is pysolr.DATETIME_REGEX
