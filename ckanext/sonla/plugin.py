"""The table of contents: one small class per feature, wiring only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins as p
import ckan.plugins.toolkit as tk

from .agencies import action as agencies_action
from .agencies import auth as agencies_auth
from .agencies import chained as agencies_chained
from .agencies import cli as agencies_cli  # noqa: F401 - adds its commands
from .agencies import helpers as agencies_helpers
from .agencies import views as agencies_views
from .agencies.hooks import RolesHooks
from .approval import action as approval_action
from .approval import auth as approval_auth
from .approval import helpers as approval_helpers
from .approval import views as approval_views
from .approval.comparison import helpers as approval_comparison_helpers
from .approval.comparison import views as approval_comparison
from .approval.comparison.ahead import ComparedAhead
from .approval.delegation import auth as approval_delegation_auth
from .approval.delegation import views as approval_delegations
from .approval.dossier import cli as approval_dossier_cli  # noqa: F401 - adds its command
from .approval.dossier import views as approval_dossier
from .approval.history import views as approval_history
from .approval.hooks import PackageHooks
from .approval.lifecycle import auth as approval_lifecycle_auth
from .approval.lifecycle import cli as approval_lifecycle_cli  # noqa: F401 - adds its commands
from .approval.lifecycle import helpers as approval_lifecycle_helpers
from .approval.lifecycle import views as approval_lifecycle
from .approval.publishing.pinning import PinnedDumps
from .approval.publishing.starting import Starting
from .approval.seal import action as seal_action
from .approval.seal import auth as seal_auth
from .approval.seal import diary as seal_diary
from .approval.seal import faces as approval_faces
from .approval.seal.labels import RevisionLabels
from .approval.seal.words import SealWords
from .approval.storage import cli as approval_storage_cli  # noqa: F401 - adds its commands
from .approval.storage.files import ContentAddressed
from .catalogue import action as catalogue_action
from .catalogue import auth as catalogue_auth
from .catalogue import helpers as catalogue_helpers
from .catalogue import validators as catalogue_validators
from .catalogue import views as catalogue_views
from .catalogue.hooks import CatalogueHooks
from .catalogue.inspections import auth as catalogue_inspections_auth
from .catalogue.office import auth as catalogue_office_auth
from .catalogue.requests import auth as catalogue_requests_auth
from .catalogue.rounds import auth as catalogue_rounds_auth
from .demo import cli as demo_cli  # noqa: F401 - adds its commands
from .feedback import parts as feedback
from .feedback.hooks import FeedbackHooks
from .feedback.reading.dcat import FeedbackInDcat
from .feedback.sending.hooks import SendingHooks
from .harvesting import parts as harvesting
from .harvesting.catalogues.ckan import CkanCatalogueHarvester
from .harvesting.catalogues.dcat import DcatCatalogueHarvester
from .harvesting.harvesters import RestHarvester, SqlHarvester
from .harvesting.hooks import SourceHooks
from .intake import action as intake_action
from .intake import auth as intake_auth
from .intake import choice_action as intake_choice_action
from .intake import helpers as intake_helpers
from .intake import trying_action as intake_trying_action
from .intake import views as intake_views
from .intake.hooks import IntakeHooks
from .obligations import action as obligations_action
from .obligations import auth as obligations_auth
from .obligations import cli as obligations_cli  # noqa: F401 - adds its commands
from .obligations import helpers as obligations_helpers
from .obligations import views as obligations_views
from .obligations.feeds import action as obligations_feed_action
from .obligations.feeds import auth as obligations_feed_auth
from .obligations.hooks import ObligationHooks
from .portal import helpers as portal_helpers
from .portal.facets import PortalFacets
from .portal.health import Health
from .portal.sessions import ReaderSessions
from .search import cli as search_cli  # noqa: F401 - adds its commands
from .search import seam as search_seam
from .shared import action as shared_action
from .shared import audit_cli as shared_audit_cli  # noqa: F401 - adds its commands
from .shared import auth as shared_auth
from .shared import calendar_views as shared_calendar
from .shared import cli as shared_cli
from .shared import deadline_views as shared_deadlines
from .shared import helpers as shared_helpers
from .shared import no_text, uncaught
from .shared import notice_views as shared_views
from .shared import webhook as shared_webhook  # noqa: F401 - registers its channel
from .shared import worker as shared_worker  # noqa: F401 - adds its command
from .shared.api_language import ApiLanguage
from .shared.feature import FeaturePlugin, together
from .shared.smtp import OutboxNotifier

if TYPE_CHECKING:
    from ckan.common import CKANConfig
    from ckan.types import CKANApp


@tk.blanket.config_declarations
@tk.blanket.actions(shared_action)
@tk.blanket.auth_functions(shared_auth)
@tk.blanket.cli(shared_cli)
@tk.blanket.helpers(shared_helpers)
@tk.blanket.blueprints(
    [shared_views.notices, shared_deadlines.deadlines, shared_calendar.days_off]
)
class SharedPlugin(OutboxNotifier, FeaturePlugin):
    """Clock, policy, the log of events, the mail outbox, `ckan sonla`."""

    feature = "shared"

    p.implements(p.IMiddleware, inherit=True)

    # IMiddleware

    def make_middleware(self, app: CKANApp, config: CKANConfig) -> CKANApp:  # noqa: ARG002 - the interface's
        app.wsgi_app = ApiLanguage(app.wsgi_app)
        # After CKAN's first hook, before any looks something up by what is asked.
        app.before_request_funcs[None].insert(1, no_text.refuse)
        uncaught.answer_in(app)
        return app


class SearchPlugin(p.SingletonPlugin):
    """CKAN's search index inside PostgreSQL, in place of Solr."""

    p.implements(p.IConfigurer)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        search_seam.install(config)


@tk.blanket.actions(together(agencies_action, agencies_chained))
@tk.blanket.auth_functions(agencies_auth)
@tk.blanket.helpers(agencies_helpers)
@tk.blanket.blueprints(agencies_views)
class AgenciesPlugin(RolesHooks):
    """Agencies, domains, accounts and their roles."""

    feature = "agencies"


@tk.blanket.actions(catalogue_action)
@tk.blanket.auth_functions(
    together(
        catalogue_auth,
        catalogue_inspections_auth,
        catalogue_office_auth,
        catalogue_requests_auth,
        catalogue_rounds_auth,
    )
)
@tk.blanket.helpers(catalogue_helpers)
@tk.blanket.validators(catalogue_validators)
@tk.blanket.blueprints(catalogue_views)
class CataloguePlugin(CatalogueHooks, FeaturePlugin):
    """Editions, entries, the dataset's schema."""

    feature = "catalogue"

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        super().update_config(config)
        self.use_own_licences(config)


@tk.blanket.actions(together(intake_action, intake_choice_action, intake_trying_action))
@tk.blanket.auth_functions(intake_auth)
@tk.blanket.blueprints(intake_views)
@tk.blanket.helpers(intake_helpers)
class IntakePlugin(IntakeHooks, FeaturePlugin):
    """Files become tables that obey their Table Schema."""

    feature = "intake"


@tk.blanket.actions(together(approval_action, approval_faces, seal_action.get_actions))
@tk.blanket.auth_functions(
    together(
        approval_auth,
        approval_delegation_auth,
        approval_lifecycle_auth,
        seal_auth.get_auth_functions,
    )
)
@tk.blanket.blueprints(
    [
        approval_views.approval,
        approval_comparison.comparison,
        approval_delegations.delegations,
        approval_dossier.dossier,
        approval_history.sonla_history,
        seal_diary.diary,
        approval_lifecycle.lifecycle,
    ]
)
@tk.blanket.helpers(
    together(approval_helpers, approval_comparison_helpers, approval_lifecycle_helpers)
)
class ApprovalPlugin(
    PackageHooks,
    ComparedAhead,
    PinnedDumps,
    Starting,
    ContentAddressed,
    RevisionLabels,
    SealWords,
    FeaturePlugin,
):
    """Revisions: drafted by an officer, approved by a leader, sealed."""

    feature = "approval"


@tk.blanket.actions(together(obligations_action, obligations_feed_action))
@tk.blanket.auth_functions(together(obligations_auth, obligations_feed_auth))
@tk.blanket.helpers(obligations_helpers)
@tk.blanket.blueprints(obligations_views)
class ObligationsPlugin(ObligationHooks, FeaturePlugin):
    """What is due, by when, whether it came in time, and who has been told."""

    feature = "obligations"


@tk.blanket.actions(together(*feedback.ACTIONS))
@tk.blanket.auth_functions(together(*feedback.AUTH))
@tk.blanket.helpers(together(*feedback.HELPERS))
@tk.blanket.blueprints(feedback.PAGES)
class FeedbackPlugin(FeedbackHooks, SendingHooks, FeedbackInDcat, FeaturePlugin):
    """Anyone asks, an agency answers in public, and the clock can be seen."""

    feature = "feedback"


@tk.blanket.actions(together(*harvesting.ACTIONS))
@tk.blanket.auth_functions(together(*harvesting.AUTH))
@tk.blanket.helpers(harvesting.helpers)
@tk.blanket.blueprints(harvesting.PAGES)
class HarvestingPlugin(SourceHooks, FeaturePlugin):
    """Agencies' own systems feed the portal (article 8.4)."""

    feature = "harvesting"


class RestSourcePlugin(RestHarvester):
    """The source type `sonla_rest`."""


class SqlSourcePlugin(SqlHarvester):
    """The source type `sonla_sql`."""


class CkanSourcePlugin(CkanCatalogueHarvester):
    """The source type `sonla_ckan`."""


class DcatSourcePlugin(DcatCatalogueHarvester):
    """The source type `sonla_dcat`."""


@tk.blanket.helpers(portal_helpers)
class PortalPlugin(PortalFacets, FeaturePlugin):
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
        app.wsgi_app = Health(app.wsgi_app, app)
        return app
