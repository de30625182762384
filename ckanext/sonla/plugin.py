"""The table of contents: one small class per feature, wiring only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins as p
import ckan.plugins.toolkit as tk

from .approval import action as approval_action
from .approval import auth as approval_auth
from .approval.hooks import PackageHooks
from .portal import helpers as portal_helpers
from .portal.sessions import ReaderSessions
from .shared import action as shared_action
from .shared import auth as shared_auth
from .shared import cli as shared_cli
from .shared import helpers as shared_helpers
from .shared.feature import FeaturePlugin

if TYPE_CHECKING:
    from ckan.common import CKANConfig
    from ckan.types import CKANApp


@tk.blanket.config_declarations
@tk.blanket.actions(shared_action)
@tk.blanket.auth_functions(shared_auth)
@tk.blanket.cli(shared_cli)
@tk.blanket.helpers(shared_helpers)
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


@tk.blanket.actions(approval_action)
@tk.blanket.auth_functions(approval_auth)
class ApprovalPlugin(PackageHooks, FeaturePlugin):
    """Revisions: drafted by an officer, approved by a leader, sealed."""

    feature = "approval"


@tk.blanket.helpers(portal_helpers)
class PortalPlugin(FeaturePlugin):
    """The site's face: home, header, dataset pages, health."""

    feature = "portal"

    p.implements(p.IMiddleware, inherit=True)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        super().update_config(config)
        tk.add_resource("assets", "sonla")
        tk.add_public_directory(config, "public")

    # IMiddleware

    def make_middleware(self, app: CKANApp, config: CKANConfig) -> CKANApp:  # noqa: ARG002 - the interface's
        app.session_interface = ReaderSessions(app.session_interface)
        return app
