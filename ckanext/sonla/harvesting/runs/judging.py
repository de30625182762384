"""What follows a submitted run: the leader, or her standing approval, decides."""

from __future__ import annotations

from typing import Any

from ckanext.sonla.harvesting.standing import deciding
from ckanext.sonla.shared.faults import declare, fault

from .drafting import again

declare("harvest", "judged")

DECIDED = ("scheduled", "publishing", "published", "superseded")


def judge(run_id: str, revision: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Say whether a submitted run was published under a standing approval.

    Called behind the submission, in no transaction; safe to do again, for a run whose
    process died in between.

    Args:
        run_id: whose revision is submitted.
        revision: as its action shows it.

    Returns:
        None where it was published; else why the leader has it before her, as
        `{"code", "told"}` each.
    """
    if revision["state"] in DECIDED:
        # The leader was quicker than a run that had died, or the approval before.
        return None if again(run_id).approval_id else []
    reasons = deciding.decide(run_id, revision)
    fault("judged")
    return reasons or None
