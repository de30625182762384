"""The operator's console: what each feature shows there.

A feature registers a class with `@register_section`. The console asks each section for
its number and its items, and draws them with the section's template.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterator


class ConsoleSection:
    """One part of the operator's console.

    A subclass has a `name`, a `title` (a msgid), its place in the `order`, and a
    `template`, a snippet that gets `section`, what `read` returns.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    order: ClassVar[int] = 100
    template: ClassVar[str]

    def read(self) -> dict[str, Any]:
        """Return what the template shows.

        Returns:
            `count`, the number of things that wait for the operator or are told, and
            whatever the template needs. None puts no tile at the top.
        """
        raise NotImplementedError


_sections: dict[str, ConsoleSection] = {}


def register_section(kind: type[ConsoleSection]) -> type[ConsoleSection]:
    """Register a class of a section."""
    _sections[kind.name] = kind()
    return kind


def sections() -> Iterator[ConsoleSection]:
    """Yield the sections in their order."""
    yield from sorted(_sections.values(), key=lambda one: (one.order, one.name))
