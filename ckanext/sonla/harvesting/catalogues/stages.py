"""ckanext-harvest's stages of a source that is another portal's catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ckanext.sonla.harvesting.kinds import SourceKind

if TYPE_CHECKING:
    from ckanext.sonla.harvesting.sources import Source

    from .remote import Remote


class CatalogueStages(SourceKind):
    """Comes before an upstream harvester, whose stages would write public datasets.

    A subclass says what it is called, and lists the datasets of a source.
    """

    def remotes(self, source: Source) -> list[Remote]:
        """List a source's datasets, over the reader of `reading.current`."""
        raise NotImplementedError

    # IHarvester

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
