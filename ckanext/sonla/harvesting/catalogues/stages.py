"""ckanext-harvest's stages of a source that is another portal's catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import ckan.plugins.toolkit as tk
from ckanext.sonla.harvesting.checked import checked_config

if TYPE_CHECKING:
    from ckanext.sonla.harvesting.sources import Source

    from .remote import Remote


class CatalogueStages:
    """Comes before an upstream harvester, whose stages would write public datasets.

    A subclass says what it is called, and lists the datasets of a source.
    """

    kind: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]

    def remotes(self, source: Source) -> list[Remote]:
        """List a source's datasets, over the reader of `reading.current`."""
        raise NotImplementedError

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
        """List the remote datasets; one object stands for each that is worked on."""
        from . import gathering  # noqa: PLC0415 - dlt loads slowly

        return gathering.gather(harvest_job, self)

    def fetch_stage(self, harvest_object: Any) -> bool | str:
        """Fetch the files of one dataset, unless nothing of it is new."""
        from . import fetching  # noqa: PLC0415 - dlt loads slowly

        return fetching.fetch(harvest_object)

    def import_stage(self, harvest_object: Any) -> bool | str:
        """Put one dataset into a revision, and submit it."""
        from . import bringing  # noqa: PLC0415 - with the others

        return bringing.bring(harvest_object)

    def finish(self, run_id: str) -> None:
        """End a run whose datasets have all been dealt with."""
        from . import finishing  # noqa: PLC0415 - with the others

        finishing.finish(run_id)
