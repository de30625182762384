"""What the templates ask about sources."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import clock, policy, roles
from ckanext.sonla.shared.msgid import N_

from . import configuration, health, permissions, sources, stored
from .catalogues.ckan import CkanCatalogueHarvester
from .catalogues.dcat import DcatCatalogueHarvester
from .editor import telling
from .harvesters import RestHarvester, SqlHarvester
from .runs import schedule, states
from .standing import asking, showing, words

_PAGES = {"runs": "sonla_ledger", "quarantine": "sonla_ledger"}
_KINDS = {
    RestHarvester.kind: N_("Interface over HTTP"),
    SqlHarvester.kind: N_("Database"),
    CkanCatalogueHarvester.kind: N_("Catalogue of a CKAN"),
    DcatCatalogueHarvester.kind: N_("Catalogue in DCAT"),
}
_STANDING = {
    "none": N_("Not approved standing"),
    "approved": N_("Approved standing"),
    "void": N_("Void, to be approved anew"),
}
CAUSES = {
    states.ASKED: N_("Asked for by somebody"),
    states.SCHEDULED: N_("By the schedule"),
    states.CORRECTED: N_("A file of corrected rows"),
}


def sonla_run_outcome(outcome: str) -> str:
    """Return how a run ended, in words."""
    sentence = health.OUTCOMES.get(outcome)
    return tk._(sentence) if sentence else outcome


def sonla_run_cause(cause: str) -> str:
    """Return who wanted a run, in words."""
    sentence = CAUSES.get(cause)
    return tk._(sentence) if sentence else cause


def sonla_source_is_ours(source: dict[str, Any]) -> bool:
    """Tell whether a source has pages of ours, and the reader sees them."""
    kind = source.get("source_type")
    agency = source.get("owner_org")
    return kind in configuration.KINDS and permissions.sees(
        tk.current_user.name, agency
    )


def sonla_source_tabs(source: dict[str, Any]) -> list[tuple[str, str]]:
    """Return address and name of the pages of a source that the reader opens."""
    user, agency = tk.current_user.name, source.get("owner_org")
    first = tk.h.url_for("harvest.read", id=source["name"])
    pages = {
        "settings": (tk._("Settings"), "change"),
        "trial": (tk._("Try it"), "try"),
        "approval": (tk._("Standing approval"), "see"),
        "runs": (tk._("Runs"), "see"),
        "quarantine": (tk._("Rows with errors"), "see"),
    }
    return [(first, tk._("Overview"))] + [
        (
            tk.h.url_for(
                f"{_PAGES.get(page, 'sonla_sources')}.{page}", source_id=source["name"]
            ),
            name,
        )
        for page, (name, what) in pages.items()
        if permissions.may(user, what, agency)
    ]


def sonla_source_shown(source: dict[str, Any]) -> dict[str, Any] | None:
    """Return how a source of a list does; None of another kind, and for strangers."""
    found = stored.source(source["id"])
    agency = source.get("owner_org")
    if found is None or found.type not in configuration.KINDS:
        return None
    if not permissions.sees(tk.current_user.name, agency):
        return None
    return {"kind": tk._(_KINDS[found.type]), **health.last(source["id"])}


def sonla_source_overview(source: dict[str, Any]) -> dict[str, Any]:
    """Return what the page of a source says: how it does, when it runs, and whence.

    Args:
        source: as its package is shown; the reader is an insider.
    """
    following = schedule.next_of(stored.source(source["id"]))
    state = showing.state_of(sources.source_of(source["id"]))["state"]
    return {
        **health.last(source["id"]),
        "waiting": health.waiting(source["id"]),
        "next": clock.iso_z(following) if following else None,
        "standing": tk._(_STANDING[state]),
        "terms": telling.terms(source),
    }


def sonla_sources_waiting() -> list[dict[str, Any]]:
    """Return the reader's agency's sources that wait for the leader's approval.

    Returns:
        As `asking.open_of` tells them, `why` in words; nothing for other roles.
    """
    held = roles.appointment_of(tk.current_user.name)
    if held is None or held.role not in (roles.OFFICER, roles.LEADER):
        return []
    found = list(asking.open_of(held.agency_id))
    return [{**one, "why": words.changes(one["why"])} for one in found]


def sonla_source_kinds() -> list[tuple[str, str]]:
    """Return which sources the reader may make: kind and words of the button."""
    held = roles.appointment_of(tk.current_user.name)
    agency = held.agency_id if held else policy.text("operating_office")
    if not permissions.may(tk.current_user.name, "change", agency):
        return []
    words = {
        RestHarvester.kind: tk._("New source over HTTP"),
        SqlHarvester.kind: tk._("New source in a database"),
        CkanCatalogueHarvester.kind: tk._("New source that is a CKAN"),
        DcatCatalogueHarvester.kind: tk._("New source in DCAT"),
    }
    return list(words.items())
