"""What the approval's templates ask for."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import checks
from ckanext.sonla.shared.roles import LEADER, OPERATOR, appointment_of
from ckanext.sonla.shared.table_updates import MODES

from . import inbox, review, states
from .comparison import words
from .conversation import pages as pointing
from .delegation import capacity
from .drafting import table_updates


def sonla_state_name(state: str) -> str:
    """Return a revision's state in words."""
    names = {
        states.DRAFT: tk._("Draft"),
        states.SUBMITTED: tk._("Awaiting approval"),
        states.RETURNED: tk._("Returned"),
        states.WITHDRAWN: tk._("Withdrawn"),
        states.DISCARDED: tk._("Discarded"),
        states.SCHEDULED: tk._("To be published at its time"),
        states.PUBLISHING: tk._("Being published"),
        states.PUBLISHED: tk._("Published"),
        states.SUPERSEDED: tk._("Superseded"),
    }
    return names.get(state, state)


def sonla_kind_name(kind: str) -> str:
    """Return a revision's kind in words."""
    names = {
        states.PUBLICATION: tk._("First publication"),
        states.UPDATE: tk._("Update"),
        states.NO_CHANGE: tk._("Nothing changed"),
        states.RETIREMENT: tk._("Retirement"),
    }
    return names.get(kind, kind)


def sonla_heap_name(name: str) -> str:
    """Return the heading of a heap of the inbox."""
    names = {
        "returned": tk._("Returned with directions"),
        "draft": tk._("Drafts"),
        "submitted": tk._("Awaiting the leader's approval"),
        "to_approve": tk._("Awaiting your approval"),
        "scheduled": tk._("Approved, to be published at its time"),
    }
    return names.get(name, name)


def sonla_may_delegate() -> bool:
    """Tell whether the reader names delegates: a leader, or an operator."""
    held = appointment_of(tk.current_user.name)
    return held is not None and held.role in (LEADER, OPERATOR)


def sonla_delegation_state(state: str) -> str:
    """Return a delegation's state in words."""
    names = {
        capacity.PLANNED: tk._("begins later"),
        capacity.RUNNING: tk._("runs"),
        capacity.OVER: tk._("over"),
        capacity.REVOKED: tk._("ended early"),
    }
    return names.get(state, state)


def sonla_severity_name(severity: str) -> str:
    """Return how much a finding weighs, in words."""
    names = {
        checks.BLOCKS: tk._("Must be mended"),
        checks.NEEDS_REASON: tk._("Needs a reason"),
        checks.INFORMS: tk._("For your information"),
    }
    return names.get(severity, severity)


def sonla_change_name(change: str) -> str:
    """Return what became of a resource or a row, in words."""
    names = {
        "added": tk._("added"),
        "removed": tk._("removed"),
        "changed": tk._("changed"),
    }
    return names.get(change, change)


def sonla_field_name(field: str, *, of_resource: bool = False) -> str:
    """Return a field's label on the form of the dataset or of its files."""
    return words.label(field, of_resource=of_resource)


def sonla_field_value(field: str, value: Any, *, of_resource: bool = False) -> str:
    """Return a field's value as people read it."""
    return words.text(field, value, of_resource=of_resource)


def sonla_inbox() -> dict[str, Any] | None:
    """Return the caller's `count` of revisions that wait for her; None without one."""
    user = tk.current_user.name
    if not tk.current_user.is_authenticated or inbox.inbox_of(user) is None:
        return None
    return {"count": inbox.own_turn(user)}


def sonla_revision_on(package: dict[str, Any]) -> dict[str, Any] | None:
    """Return the open revision that a package's page speaks of, for insiders."""
    return review.revision_on(package["id"])


def sonla_may_open(package: dict[str, Any]) -> bool:
    """Tell whether the caller may open an update of a published dataset."""
    if package.get("private") or not tk.current_user.is_authenticated:
        return False
    return tk.h.check_access("sonla_revision_open", {"dataset_id": package["id"]})


def sonla_person(name: str | None) -> str:
    """Return how an account is called on the insiders' pages."""
    user = model.User.get(name) if name else None
    return user.display_name if user else name or ""


def sonla_publication(package: dict[str, Any]) -> dict[str, Any] | None:
    """Return the revision that the public sees of a dataset."""
    found = review.published_states(package["id"])
    return found[0] if found and found[0]["state"] == states.PUBLISHED else None


def sonla_dataset_title(dataset_id: str) -> str:
    """Return the title of a dataset, by its id."""
    return review.title_of(dataset_id)


def sonla_still_loading(package_id: str) -> int:
    """Return how many of a package's files are being loaded."""
    return review.still_loading(package_id)


def sonla_place(finding: dict[str, Any]) -> str:
    """Return where a finding lies: table, row, column, value."""
    words = (
        ("table", tk._("table {value}")),
        ("row", tk._("row {value}")),
        ("column", tk._("column {value}")),
        ("value", tk._("value “{value}”")),
        ("field", tk._("field {value}")),
    )
    return ", ".join(
        text.format(value=checks.column_of(finding) if name == "column" else found)
        for name, text in words
        if (found := finding.get(name)) is not None
    )


def sonla_place_url(link: str) -> str:
    """Return the URL of a place that `places.link_to` gives, in the page's language."""
    path, _, anchor = link.partition("#")
    return tk.h.url_for(path) + (f"#{anchor}" if anchor else "")


def sonla_open_points(revision: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Return the points of a revision's conversation that wait for an answer."""
    return pointing.open_points(revision)


def sonla_points_about(
    revision: dict[str, Any], resource_id: str | None
) -> list[dict[str, Any]]:
    """Return the points of a revision's conversation about a file, or the dataset."""
    return pointing.points_about(revision, resource_id)


def sonla_points_at(
    package_id: str | None, resource_id: str | None, field: str
) -> list[dict[str, Any]]:
    """Return the open points at a field of a draft's form."""
    return pointing.points_at(package_id, resource_id, field)


def sonla_point_places(package: dict[str, Any] | None) -> list[tuple[str, str]]:
    """Return the places that a point can lead to: value and label."""
    return [
        (value, tk.h.scheming_language_text(label))
        for value, label in pointing.places_of(package)
    ]


def sonla_table_update(resource_id: str) -> dict[str, Any] | None:
    """Return what can be said of a draft's table, for the form of its resource."""
    found = table_updates.choices(resource_id)
    if found is None:
        return None
    reasons = {mode: tk._(why) for mode, why in found["impossible"].items()}
    return {**found, "modes": MODES, "impossible": reasons}
