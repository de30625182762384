"""The source types, as ckanext-harvest's form and jobs know them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins as p
from ckanext.harvest.interfaces import IHarvester
from ckanext.sonla.shared.msgid import N_

from .kinds import SourceKind
from .runs import working

if TYPE_CHECKING:
    from ckanext.harvest.model import HarvestObject


class PulledHarvester(SourceKind, p.SingletonPlugin):
    """Base of the source types whose rows the portal pulls into a table.

    A subclass says what it is called. `sources.pull` reads its pages.
    """

    p.implements(IHarvester)

    # IHarvester

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
