"""How a dataset stands with the public, where that isn't simply: published."""

from __future__ import annotations

from typing import Any

from ckan import model
from ckanext.sonla.shared import clock

from . import serving

# The marks in a dataset's dict: derived, so the digest leaves them out.
STATE = "sonla_state"
RETIRED = "sonla_retired"
TAKEN_DOWN = "sonla_taken_down"


def mark(package: dict[str, Any]) -> None:
    """Mark a dataset that is retired or taken down, in the dict that is shown."""
    if retired := retirement(package["id"]):
        package[STATE], package[RETIRED] = serving.RETIRED, retired
    if taken := serving.take_down_of(package["id"]):
        package[STATE] = serving.TAKEN_DOWN
        package[TAKEN_DOWN] = {
            "reason": taken.reason,
            "since": clock.iso_z(taken.taken),
            "answer": taken.answer,
        }


def retirement(dataset_id: str) -> dict[str, Any] | None:
    """Return since when, why and by which office a dataset is retired."""
    revision = serving.retirement_of(dataset_id)
    if revision is None or revision.published is None:
        return None
    agency = model.Group.get(revision.agency_id)
    return {
        "since": clock.iso_z(revision.published),
        "reason": serving.reason_of(revision),
        "agency": agency.name if agency else revision.agency_id,
        "agency_title": agency.display_name if agency else None,
        "revision": revision.id,
    }


def index(document: dict[str, Any]) -> dict[str, Any]:
    """Say in a dataset's search document that it is retired: searches leave it out."""
    if serving.retirement_of(document["id"]) is not None:
        document[STATE] = serving.RETIRED
    return document


def without_retired(search_params: dict[str, Any]) -> dict[str, Any]:
    """Leave retired datasets out of a search that doesn't ask for them by name.

    `fq=sonla_state:retired` finds them.
    """
    asked = [str(search_params.get("fq") or ""), *search_params.get("fq_list", [])]
    if not any(STATE in str(part) for part in asked):
        search_params["fq_list"] = [
            *search_params.get("fq_list", []),
            f"-{STATE}:{serving.RETIRED}",
        ]
    return search_params
