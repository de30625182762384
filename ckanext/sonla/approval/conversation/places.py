"""Where a finding or a point of the conversation lies: its address on the portal."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

# As many rows as the page of a file shows at once.
ROWS_SHOWN = 25


def link_to(place: dict[str, Any], package: dict[str, Any] | None) -> str | None:
    """Return the address of a place in a package, relative to the site.

    A field leads to its input on the edit page, a row or column to the file's page
    with that row, a file alone to its edit page.

    Args:
        place: `resource_id`, `field`, `row` and `column`, each if there is one.
        package: the package that the officer edits; None leads nowhere.
    """
    if not package:
        return None
    dataset = f"/dataset/{{}}{quote(package['name'])}"
    resource_id, field = place.get("resource_id"), place.get("field")
    anchor = f"#field-{quote(field)}" if field else ""
    if not resource_id:
        return dataset.format("edit/") + anchor
    resource = f"{dataset.format('')}/resource/{quote(resource_id)}"
    if field or not (place.get("row") or place.get("column")):
        return f"{resource}/edit{anchor}"
    row = place.get("row") or 1
    return f"{resource}?offset={(row - 1) // ROWS_SHOWN * ROWS_SHOWN}"
