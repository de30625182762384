"""A source as it is kept, and its pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model

from . import configuration, keeping, stored
from .limits import limits_of
from .problems import SourceProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .limits import Limits
    from .page import Checkpoint, Page


@dataclass(frozen=True)
class Source:
    """What pulling needs to know of a source.

    Args:
        id: of the source and of its package.
        kind: `sonla_rest` or `sonla_sql`.
        url: where it is.
        config: as the kind's JSON Schema describes it, without its secret.
        agency_id: which agency owns it.
    """

    id: str
    kind: str
    url: str
    config: dict[str, Any]
    agency_id: str | None

    @property
    def fields(self) -> dict[str, str] | None:
        """Which field becomes which column; None if all keep their names."""
        return self.config.get("fields")


def source_of(source_id: str) -> Source:
    """Return a source of ours, by id or name.

    Raises:
        ckan ObjectNotFound: there is none.
    """
    package = model.Package.get(source_id)
    found = stored.source(package.id) if package else None
    if package is None or found is None or found.type not in configuration.KINDS:
        raise tk.ObjectNotFound(tk._("There is no such source"))
    config = configuration.parse(found.config)
    return Source(found.id, found.type, found.url, config, package.owner_org)


def pages_of(source: Source, checkpoint: Checkpoint | None = None) -> Iterator[Page]:
    """Yield a kept source's pages, from a checkpoint on."""
    secrets = keeping.secrets_of(source.id, source.url, source.config)
    return pull(source.kind, source.url, source.config, secrets, checkpoint)


def pull(  # noqa: PLR0913, PLR0917 - what a run is made of, each named
    kind: str,
    url: str,
    config: Mapping[str, Any],
    secrets: Mapping[str, str],
    checkpoint: Checkpoint | None = None,
    limits: Limits | None = None,
) -> Iterator[Page]:
    """Yield a source's pages, from a checkpoint on; one page is held at a time.

    Args:
        kind: `sonla_rest` or `sonla_sql`.
        url: where it is.
        config: as the kind's JSON Schema describes it, without its secret.
        secrets: by the field of `auth` that each belongs to.
        checkpoint: of the page to go on behind, or of the last run; None at first.
        limits: other ones than the configuration's.

    Raises:
        SourceProblem: what has to be mended.
    """
    most = limits or limits_of(config)
    try:
        yield from _puller(kind)(url, config, secrets, checkpoint, most)
    except SourceProblem as problem:
        problem.hide(secrets.values())
        raise


def _puller(kind: str) -> Callable[..., Iterator[Page]]:
    # dlt and database drivers load slowly, and most of the portal never needs them.
    if kind == "sonla_sql":
        from . import sql  # noqa: PLC0415

        return sql.pull
    from . import rest  # noqa: PLC0415

    return rest.pull
