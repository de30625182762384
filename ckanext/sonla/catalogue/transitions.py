"""A step of something of the catalogue; `shared.transitions` says what a step is."""

from __future__ import annotations

from typing import ClassVar

from ckanext.sonla.shared import transitions

from . import vocabulary


class Transition(transitions.Transition[transitions.Row]):
    """A step from one state to the next, with the catalogue's words for them."""

    # The list of the vocabulary that names the states.
    labels: ClassVar[str]

    def label(self, state: str) -> str:
        return vocabulary.label(self.labels, state)
