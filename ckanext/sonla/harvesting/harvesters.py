"""The source types, as ckanext-harvest's form and jobs know them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckanext.harvest.interfaces import IHarvester
from ckanext.sonla.shared.msgid import N_

from .checked import checked_config
from .runs import working

if TYPE_CHECKING:
    from ckanext.harvest.model import HarvestObject


class PulledHarvester(p.SingletonPlugin):
    """Base of the source types whose rows the portal pulls into a table.

    A subclass says what it is called. `sources.pull` reads its pages.
    """

    kind: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]

    p.implements(IHarvester)

    # IHarvester

    def info(self) -> dict[str, str]:
        return {
            "name": self.kind,
            "title": tk._(self.title),
            "description": tk._(self.description),
            "form_config_interface": "Text",
        }

    def validate_config(self, config: str | None) -> str:
        """Return the configuration as it is kept, without its secret.

        Raises:
            ValueError: what is wrong, in the caller's language.
        """
        return checked_config(self.kind, config)

    def get_original_url(self, harvest_object_id: str) -> str | None:  # noqa: ARG002 - the interface's
        """Say nothing: where a source asks is not for every reader of a report."""
        return None

    def gather_stage(self, harvest_job: Any) -> list[str]:
        """Say where a job's rows go; one object stands for all of them."""
        return working.gather(harvest_job)

    def fetch_stage(self, harvest_object: HarvestObject) -> bool | str:
        """Read the source's pages into the run's spool."""
        return working.fetch(harvest_object)

    def import_stage(self, harvest_object: HarvestObject) -> bool | str:
        """Check the rows, and submit them in a revision if they are new."""
        return working.bring(harvest_object)

    def finish(self, run_id: str) -> None:
        """Do nothing more: a run of rows ends with its one object."""


class RestHarvester(PulledHarvester):
    """Rows over HTTP."""

    kind = "sonla_rest"
    title = N_("Rows over HTTP: JSON, CSV or XML")
    description = N_(
        "Reads an agency's REST interface page by page into a table of the catalogue."
    )


class SqlHarvester(PulledHarvester):
    """Rows of a database."""

    kind = "sonla_sql"
    title = N_("Rows of a database")
    description = N_(
        "Reads a table or a SELECT of PostgreSQL, MySQL, MariaDB or SQLite, without"
        " ever writing to it."
    )
