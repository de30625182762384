"""The table of contents: one small class per feature, wiring only."""

from __future__ import annotations

import ckan.plugins as p
import ckan.plugins.toolkit as tk

from .shared.feature import FeaturePlugin


@tk.blanket.config_declarations
class SharedPlugin(FeaturePlugin):
    """Clock, policy, the log of events, the mail outbox, `ckan sonla`."""

    feature = "shared"


class SearchPlugin(p.SingletonPlugin):
    """CKAN's search index inside PostgreSQL, in place of Solr."""


class AgenciesPlugin(FeaturePlugin):
    """Agencies, domains, accounts and their roles."""

    feature = "agencies"


class CataloguePlugin(FeaturePlugin):
    """Editions, entries, the dataset's schema."""

    feature = "catalogue"


class IntakePlugin(FeaturePlugin):
    """Files become tables that obey their Table Schema."""

    feature = "intake"


class ApprovalPlugin(FeaturePlugin):
    """Revisions: drafted by an officer, approved by a leader, sealed."""

    feature = "approval"


class PortalPlugin(FeaturePlugin):
    """The site's face: home, header, dataset pages, health."""

    feature = "portal"
