"""Who wants what: the registry of what demand for data is counted by (article 7.3).

A feature registers a class with `@register_demand_source`, and its figure stands beside
each entry of the catalogue and each request for a new one. The figures are counts of
many people's doings, never one person's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class DemandSource:
    """One figure of demand.

    A subclass has a `name` and a `title` (a msgid), and counts for many at once: pages
    show a hundred entries. What it has no figure for it leaves out.
    """

    name: ClassVar[str]
    title: ClassVar[str]

    def of_entries(self, codes: Sequence[str]) -> dict[str, int]:  # noqa: ARG002 - for who counts it
        """Return the count by the code of the entry."""
        return {}

    def of_texts(self, texts: Sequence[str]) -> dict[str, int]:  # noqa: ARG002 - for who counts it
        """Return the count by a title of data that no entry names yet."""
        return {}


_sources: dict[str, DemandSource] = {}


def register_demand_source(kind: type[DemandSource]) -> type[DemandSource]:
    """Register a class that counts demand."""
    _sources[kind.name] = kind()
    return kind


def registered() -> Iterator[DemandSource]:
    """Yield the sources in order of their names."""
    for name in sorted(_sources):
        yield _sources[name]
