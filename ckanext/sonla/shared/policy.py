"""Numbers and switches that the regulation fixes, as declared options.

Every option is `sonla.policy.<name>` in `config_declaration.yaml`, with Sơn La's value
as its default, so that another province changes a setting and no code.
"""

from __future__ import annotations

import ckan.plugins.toolkit as tk

PREFIX = "sonla.policy."


def number(name: str) -> int:
    """Return a policy number, such as `officers_per_agency`."""
    return int(tk.config[PREFIX + name])


def switch(name: str) -> bool:
    """Tell whether a policy switch is on, such as `due_on_target_day`."""
    return tk.asbool(tk.config[PREFIX + name])


def text(name: str) -> str:
    """Return a policy text, such as `operating_office`."""
    return str(tk.config[PREFIX + name])
