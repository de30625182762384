"""A configuration as ckanext-harvest asks a source type to check it."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from . import configuration, keeping


def checked_config(kind: str, config: str | None) -> str:
    """Return the configuration as it is kept, without its secret.

    Raises:
        ValueError: what is wrong, in the caller's language.
    """
    try:
        found = configuration.read(kind, config)
    except tk.ValidationError as error:
        told: Any = error.error_dict["config"]
        raise ValueError(" ".join(told)) from None
    # Taken out before, by `saving`; again for whoever calls only this.
    taken = keeping.take(found)
    return configuration.written(found) if taken is not None else str(config)
