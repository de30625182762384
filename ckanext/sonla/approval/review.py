"""What a leader reads on one page before she decides."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared.asking import sonla_ask

from . import states
from .callers import revision_or_404
from .comparison import diff
from .comparison.tabling import Asked
from .model import Revision, latest_on, open_of

DIFF_ROWS = 10
_UNDER_WAY = ("waiting", "running")
# What the intake says of a file that is no table, a PDF for one.
NO_TABLE = "none"


def review_of(
    revision_id: str, findings: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """Return the variables of the review page.

    Args:
        revision_id: the revision's id.
        findings: what a refused submit just found, so that nothing is checked twice.

    Raises:
        ObjectNotFound, NotAuthorized: as `sonla_revision_show` does.
    """
    revision = tk.get_action("sonla_revision_show")({}, {"id": revision_id})
    frozen = revision["state"] not in states.EDITABLE
    package = package_of(revision)
    loads = loads_of(revision["package_id"]) if not frozen else []
    return {
        "revision": revision,
        "package": package,
        "entry": sonla_ask(
            "sonla_entry_show", code=(package or {}).get("catalogue_entry")
        ),
        "steps": revision.get("transitions") or [],
        "findings": _findings(revision, frozen) if findings is None else findings,
        "changes": changes_of(revision),
        "loads": loads,
        "loading": under_way(loads),
    }


def package_of(revision: dict[str, Any]) -> dict[str, Any] | None:
    """Return the package that a revision is drafted in, or the dataset it became."""
    return sonla_ask("package_show", id=revision["package_id"]) or sonla_ask(
        "package_show", id=revision["dataset_id"]
    )


def _findings(revision: dict[str, Any], frozen: bool) -> list[dict[str, Any]]:
    """Return what the checks found: at submit when frozen, otherwise as it is now."""
    if frozen or "findings" not in revision:
        return revision.get("findings") or []
    checked = sonla_ask("sonla_revision_check", id=revision["id"], outside=False)
    return checked["findings"] if checked else []


def changes_of(revision: dict[str, Any]) -> dict[str, Any] | None:
    """Return what an update changes: fields, files, and the first rows that differ.

    The answer of `sonla_revision_diff`; each resource has its `rows` as well.
    """
    if revision["kind"] != states.UPDATE or revision["state"] == states.DISCARDED:
        return None
    # Who reads this page may read the comparison: `sonla_revision_show` asked already.
    return diff.of(
        revision_or_404(revision["id"]), None, Asked(limit=DIFF_ROWS), every=True
    )


def loads_of(package_id: str) -> list[dict[str, Any]]:
    """Return the loads of a package's files, as the intake tells them."""
    found = sonla_ask("sonla_load_list", package_id=package_id)
    loads = found["results"] if found else []
    return [load for load in loads if load["state"] != NO_TABLE]


def under_way(loads: list[dict[str, Any]]) -> bool:
    """Tell whether any file is still being read."""
    return any(load["state"] in _UNDER_WAY for load in loads)


def still_loading(package_id: str) -> int:
    """Return how many of a package's files are being read."""
    return sum(load["state"] in _UNDER_WAY for load in loads_of(package_id))


def published_states(dataset_id: str) -> list[dict[str, Any]]:
    """Return a dataset's published revisions, the newest first."""
    found = tk.get_action("sonla_revision_list")(
        {}, {"dataset_id": dataset_id, "state": list(states.PUBLIC), "limit": 1000}
    )
    return sorted(
        found["results"], key=lambda revision: revision["published"] or "", reverse=True
    )


def revision_on(package_id: str) -> dict[str, Any] | None:
    """Return the revision that a package's page speaks of, for whoever may see it.

    For a working package it is the one drafted there; for a published dataset, the
    open one.
    """
    found = open_of(package_id)
    if found is None:
        found = latest_on(package_id)
        if found is None or found.state in states.PUBLIC:
            return None
    if not tk.current_user.is_authenticated:
        return None
    return sonla_ask("sonla_revision_show", id=found.id)


def title_of(dataset_id: str) -> str:
    """Return the title of a dataset, by its id."""
    package = model.Package.get(dataset_id)
    return package.title or package.name if package else ""


def title_of_revision(revision_id: str) -> str:
    """Return the title of the dataset that a revision is of, by the revision's id."""
    revision = model.Session.get(Revision, revision_id)
    return title_of(revision.package_id) if revision else revision_id


def mark_read(revision_id: str) -> None:
    """Remember that the caller opened the review, if it is hers to decide."""
    revision = sonla_ask("sonla_revision_show", id=revision_id)
    if revision is None or "approve" not in (revision.get("transitions") or []):
        return
    sonla_ask("sonla_revision_mark_read", id=revision_id, digest=revision["digest"])
