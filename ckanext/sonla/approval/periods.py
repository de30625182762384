"""Which period data may speak of, by the update cycle of its entry."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import clock

from . import steps

# How the cycle of an entry names its periods.
_KINDS = {
    "monthly": "month",
    "quarterly": "quarter",
    "half_yearly": "half",
    "yearly": "year",
}


def kind_of(package: dict[str, Any]) -> str | None:
    """Return the kind of period of a dataset's entry; None if it has no cycle."""
    return _KINDS.get(_cycle(package.get("catalogue_entry")) or "")


def of_kind(period: str, kind: str) -> str:
    """Return a period if it is one of a kind (409 otherwise)."""
    if clock.parse_period(period).kind != kind:
        raise steps.conflict(
            "data_period",
            tk._("{period} is not a period of this entry's cycle").format(
                period=period
            ),
        )
    return period


def _cycle(code: str | None) -> str | None:
    """Return the update cycle of an entry; a package outside the catalogue has none."""
    if not code:
        return None
    try:
        entry = tk.get_action("sonla_entry_show")(
            {"ignore_auth": True, "user": ""}, {"code": code}
        )
    except (KeyError, tk.ObjectNotFound):
        return None
    return entry.get("update_cycle")
