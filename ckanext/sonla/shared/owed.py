"""Who owes which data since when: the catalogue tells it, the obligations ask.

The feature that knows registers one source with `@register_source`. Answers are made
by the database: there are thousands of pairs of an entry and one of its providers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import date

    import sqlalchemy as sa

# What pairs are told apart by, beside entry and agency: what changes with an edition
# and begins a new stretch of time.
CYCLE = "cycle"
PUBLISH_BY = "publish_by"


class Source(Protocol):
    """What the catalogue tells of who owes what."""

    def stamp(self, on: date) -> str:
        """Return a text that differs as soon as the answers on a date may differ."""
        ...

    def held(self, by: str, on: date) -> sa.TextualSelect:
        """Return the stretches of time in which an agency owed an entry's data.

        Args:
            by: `CYCLE` or `PUBLISH_BY`: a change of it ends one stretch and begins
                another.
            on: the date that is asked; editions that begin later are left out.

        Returns:
            A query of `entry_code`, `agency_id` (active agencies only), `value` (of
            `by`, as text), `since` (the day on which the edition that brought it took
            effect), `until` (the day from which it no longer held, or null),
            `joined` (the day on which the agency joined the portal), and `title` and
            `domain_id` as the newest edition of the stretch has them.
        """
        ...


_sources: list[Source] = []


def register_source(kind: type[Source]) -> type[Source]:
    """Register the class that knows."""
    _sources[:] = [kind()]
    return kind


def source() -> Source | None:
    """Return who knows; None on a portal without a catalogue."""
    return _sources[0] if _sources else None
