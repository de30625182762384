"""What templates ask of sending."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared.msgid import N_

_WHY = {
    "links": N_("has links"),
    "words": N_("has words of the list"),
    "alike": N_("came several times"),
    "unchecked": N_("could not be checked against what came before"),
}


def sonla_feedback_new(**about: Any) -> str:
    """Return the address of the form about something.

    Args:
        about: `dataset`, `resource`, `row`, `column`, `entry`, `kind`, `q`; what is
            None is left out.
    """
    given = {name: value for name, value in about.items() if value is not None}
    return tk.h.url_for("sonla_feedback_sending.new", **given)


def sonla_feedback_held(reason: str) -> str:
    """Return in words why feedback is held."""
    return tk._(_WHY.get(reason, reason))
