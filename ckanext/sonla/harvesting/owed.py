"""What an agency owes for the dataset that a source feeds (article 8.4)."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import roles

# What has not come: its period may still go on, be over, or be past its due date.
OPEN = ("not_yet_due", "due", "missing")
MISSING = ("missing",)


def owed(
    dataset_id: str | None, agency_id: str | None, status: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Return what `sonla_obligation_list` tells insiders of a dataset.

    Args:
        dataset_id: of the public dataset; nothing is owed for None.
        agency_id: whose leader asks: who is late is told to insiders.
        status: which obligations.
    """
    if dataset_id is None:
        return []
    try:
        listing = tk.get_action("sonla_obligation_list")
    except KeyError:
        return []
    leaders = roles.holders_of(roles.LEADER, agency_id or "")
    context: Any = {"ignore_auth": True, "user": leaders[0] if leaders else ""}
    asked = {"dataset_id": dataset_id, "status": list(status), "limit": 1000}
    return listing(context, asked)["results"]
