"""The source types, as ckanext-harvest's form and jobs know them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckanext.harvest.interfaces import IHarvester
from ckanext.harvest.model import HarvestGatherError
from ckanext.sonla.shared.msgid import N_

from . import configuration, keeping

if TYPE_CHECKING:
    from ckanext.harvest.model import HarvestObject


NO_RUNS = N_(
    "The source can be tested and previewed; this version does not run it into a "
    "dataset yet."
)


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
        try:
            found = configuration.read(self.kind, config)
        except tk.ValidationError as error:
            told: Any = error.error_dict["config"]
            raise ValueError(" ".join(told)) from None
        # Taken out before, by `saving`; again for whoever calls only this.
        taken = keeping.take(found)
        return configuration.written(found) if taken is not None else str(config)

    def get_original_url(self, harvest_object_id: str) -> str | None:  # noqa: ARG002 - the interface's
        """Say nothing: where a source asks is not for every reader of a report."""
        return None

    def gather_stage(self, harvest_job: Any) -> list[str]:
        """Say in the job's report that it brings nothing.

        `harvest_job_create` refuses before; `harvest_job_create_all` doesn't ask it.
        """
        HarvestGatherError.create(message=NO_RUNS, job=harvest_job)
        return []

    def fetch_stage(self, harvest_object: HarvestObject) -> bool:  # noqa: ARG002 - the interface's
        return False

    def import_stage(self, harvest_object: HarvestObject) -> bool:  # noqa: ARG002 - the interface's
        return False


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
