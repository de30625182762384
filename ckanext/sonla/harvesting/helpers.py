"""What the templates ask about sources."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import policy, roles
from ckanext.sonla.shared.msgid import N_

from . import configuration, health, permissions
from .harvesters import RestHarvester, SqlHarvester
from .runs import states

_PAGES = {"runs": "sonla_ledger", "quarantine": "sonla_ledger"}
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
    pages = {
        "settings": (tk._("Settings"), "change"),
        "trial": (tk._("Try it"), "try"),
        "approval": (tk._("Standing approval"), "see"),
        "runs": (tk._("Runs"), "see"),
        "quarantine": (tk._("Rows with errors"), "see"),
    }
    return [
        (
            tk.h.url_for(
                f"{_PAGES.get(page, 'sonla_sources')}.{page}", source_id=source["name"]
            ),
            name,
        )
        for page, (name, what) in pages.items()
        if permissions.may(user, what, agency)
    ]


def sonla_source_kinds() -> list[tuple[str, str]]:
    """Return which sources the reader may make: kind and words of the button."""
    held = roles.appointment_of(tk.current_user.name)
    agency = held.agency_id if held else policy.text("operating_office")
    if not permissions.may(tk.current_user.name, "change", agency):
        return []
    words = {
        RestHarvester.kind: tk._("New source over HTTP"),
        SqlHarvester.kind: tk._("New source in a database"),
    }
    return list(words.items())
