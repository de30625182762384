"""What a step from one state to the next does, whatever it is that has the state."""

from __future__ import annotations

from typing import Any, ClassVar, Generic, TypeVar

import ckan.plugins.toolkit as tk
from ckan import model

from . import events, roles, standing_in

# What has a state: an edition, an agency's answer, a request, feedback.
Row = TypeVar("Row", bound=Any)


class Transition(Generic[Row]):
    """A step: from where, to where, what it needs and writes, what the log says."""

    # The words of a refusal, with a place for the `{state}`.
    refusal: ClassVar[str]
    sources: ClassVar[tuple[str, ...]]
    target: ClassVar[str]
    event: ClassVar[str]
    public: ClassVar[bool] = False
    # Is it a step of an agency's leader, whom somebody may stand in for?
    leaders: ClassVar[bool] = False

    def run(self, row: Row, /, actor: str | None, **data: Any) -> None:
        """Take the step, tell and log it, in the caller's transaction.

        Raises:
            ValidationError: from this state or with this content it can't be taken.
            NotAuthorized: four eyes are needed and there are two; or who stood in for
                the leader does so no longer.
        """
        model.Session.refresh(row, with_for_update=True)
        self.before(row)
        if row.state not in self.sources:
            state = self.label(row.state)
            raise tk.ValidationError(
                {"state": [tk._(self.refusal).format(state=state)]}
            )
        self.apply(row, actor, **data)
        stands_in = self._stands_in(row, actor)
        row.state = self.goal(row)
        self.after(row)
        model.Session.flush()
        told = {**self.told(row), **stands_in}
        events.record(self.happened(row), actor=actor, public=self.public, **told)

    def _stands_in(self, row: Row, actor: str | None) -> dict[str, Any]:
        """Return what the log says of who stands in, and hold it to the commit.

        The auth function has asked before; a delegation may have been revoked since.
        """
        if not self.leaders:
            return {}
        office = self.office(row)
        told = standing_in.told(actor, office, hold=True)
        if not told and not roles.holds(actor, roles.LEADER, office):
            raise tk.NotAuthorized(tk._("Only the agency's leader decides this."))
        return told

    def label(self, state: str) -> str:
        """Return what a state is called on screen."""
        raise NotImplementedError

    def office(self, row: Row, /) -> str:
        """Return the id of the agency whose leader takes the step."""
        return row.agency_id

    def before(self, row: Row, /) -> None:
        """Check what holds for every step; a class of steps may have something."""

    def apply(self, row: Row, /, actor: Any, **data: Any) -> None:
        """Check what the step needs and write what it brings."""
        raise NotImplementedError

    def goal(self, row: Row, /) -> str:  # noqa: ARG002 - for who needs it
        """Return the state that the step leads to."""
        return self.target

    def after(self, row: Row, /) -> None:
        """Do what every step brings: tell people, note the time."""

    def happened(self, row: Row, /) -> str:  # noqa: ARG002 - for who needs it
        """Return the event's name."""
        return self.event

    def told(self, row: Row, /) -> dict[str, Any]:
        """Return what the event is about and what it says."""
        raise NotImplementedError
