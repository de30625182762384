"""What the roles change in CKAN while the plugin is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ckanext.sonla.shared.feature import FeaturePlugin, Seam

from . import capacities, refusal

if TYPE_CHECKING:
    from ckan.common import CKANConfig


class RolesHooks(Seam, FeaturePlugin):
    """Makes the roles known, and puts the database's refusals into words."""

    # Seam

    def install(self) -> None:
        capacities.add()
        refusal.listen()

    def uninstall(self) -> None:
        capacities.remove()
        refusal.stop_listening()

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        super().update_config(config)
        # Agencies and domains are made by operators, not by whoever has an account.
        config["ckan.auth.user_create_organizations"] = False
        config["ckan.auth.user_create_groups"] = False
        # Strangers learn offices, never persons (the log names who).
        config["ckan.auth.public_user_details"] = False
