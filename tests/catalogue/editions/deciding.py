"""The steps of an edition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ckanext.sonla.shared import clock

if TYPE_CHECKING:
    from tests.catalogue.conftest import People


def decision(**values: Any) -> dict[str, Any]:
    return {
        "decision_number": "782/QĐ-UBND",
        "decision_date": clock.today().isoformat(),
        **values,
    }


def submitted(
    people: People, line: dict[str, Any], kind: str = "replacing"
) -> dict[str, Any]:
    edition = people.call("operator", "sonla_edition_create", kind=kind)
    people.call("operator", "sonla_entry_create", edition_id=edition["id"], **line)
    return people.call("operator", "sonla_edition_submit", id=edition["id"])
