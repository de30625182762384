"""What no longer conforms, on the operator's console."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared.console import ConsoleSection, register_section
from ckanext.sonla.shared.msgid import N_

SHOWN = 20


@register_section
class Nonconforming(ConsoleSection):
    """Published datasets that the rules in force would not let pass."""

    name = "nonconforming"
    title = N_("Datasets that no longer conform")
    order = 65
    template = "catalogue/snippets/console_nonconforming.html"

    def read(self) -> dict[str, Any]:
        found = tk.get_action("sonla_nonconforming_list")({}, {"limit": SHOWN})
        more = max(0, found["count"] - SHOWN)
        return {"count": found["count"], "datasets": found["results"], "more": more}
