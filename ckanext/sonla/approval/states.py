"""A revision's states, the transitions between them, and who may make which.

Article 8.3: the officer passes the data to the leader; if it is good the leader
approves it and it is published under its domain; if not, it goes back with directions.
"""

from __future__ import annotations

from dataclasses import dataclass

from ckanext.sonla.shared.roles import LEADER, OFFICER

DRAFT = "draft"
SUBMITTED = "submitted"
RETURNED = "returned"
WITHDRAWN = "withdrawn"
DISCARDED = "discarded"
SCHEDULED = "scheduled"
PUBLISHING = "publishing"
PUBLISHED = "published"
SUPERSEDED = "superseded"

STATES = (
    DRAFT,
    SUBMITTED,
    RETURNED,
    WITHDRAWN,
    DISCARDED,
    SCHEDULED,
    PUBLISHING,
    PUBLISHED,
    SUPERSEDED,
)

# At most one of these at a time for a dataset (a unique index says so too).
OPEN = (DRAFT, SUBMITTED, RETURNED, SCHEDULED, PUBLISHING)
# The officer may change the content.
EDITABLE = (DRAFT, RETURNED, WITHDRAWN)
# The content stands still, for the leader to read and the switch to publish.
FROZEN = (SUBMITTED, SCHEDULED, PUBLISHING)
# No step leads on, but for the supersession of what is published.
ENDED = (PUBLISHED, SUPERSEDED, DISCARDED)
# Everybody may see that these exist.
PUBLIC = (PUBLISHED, SUPERSEDED)

PUBLICATION = "publication"
UPDATE = "update"
NO_CHANGE = "no_change"
RETIREMENT = "retirement"
KINDS = (PUBLICATION, UPDATE, NO_CHANGE, RETIREMENT)
# What the agency declares of a published dataset; there is nothing to draft.
DECLARED = (NO_CHANGE, RETIREMENT)

SYSTEM = "system"


@dataclass(frozen=True)
class Transition:
    """One step of a revision: from any of `sources` to `target`, made by a role."""

    name: str
    sources: tuple[str, ...]
    target: str
    role: str

    def starts_at(self, state: str) -> bool:
        """Tell whether the step can be made from a state."""
        return state in self.sources


# name           from                                    to          who
TRANSITIONS = (
    Transition("submit", (DRAFT, RETURNED, WITHDRAWN), SUBMITTED, OFFICER),
    Transition("withdraw", (SUBMITTED, SCHEDULED), WITHDRAWN, OFFICER),
    Transition("discard", (DRAFT, RETURNED, WITHDRAWN), DISCARDED, OFFICER),
    Transition("return", (SUBMITTED, SCHEDULED), RETURNED, LEADER),
    Transition("schedule", (SUBMITTED,), SCHEDULED, LEADER),
    Transition("approve", (SUBMITTED,), PUBLISHING, LEADER),
    Transition("start", (SCHEDULED,), PUBLISHING, SYSTEM),
    Transition("publish", (PUBLISHING,), PUBLISHED, SYSTEM),
    Transition("fail", (PUBLISHING,), SUBMITTED, SYSTEM),
    Transition("supersede", (PUBLISHED,), SUPERSEDED, SYSTEM),
)

BY_NAME = {transition.name: transition for transition in TRANSITIONS}


# What else a role may do with the revisions of its own agency. Strangers see what
# is published or superseded; the sysadmin is the technical account and decides nothing.
PERMISSIONS = {
    "open": (OFFICER,),
    "declare": (OFFICER,),
    "answer": (LEADER,),
    "comment": (OFFICER, LEADER),
    "check": (OFFICER, LEADER),
    "update_tables": (OFFICER,),
    **{t.name: (t.role,) for t in TRANSITIONS if t.role != SYSTEM},
}


def permits(role: str | None, what: str) -> bool:
    """Tell whether a role may do something with a revision of its own agency."""
    return role in PERMISSIONS[what]


def possible(role: str | None, state: str) -> list[str]:
    """Return the names of the steps that a role can make from a state."""
    return [t.name for t in TRANSITIONS if t.role == role and t.starts_at(state)]
