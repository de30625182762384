"""Marks a text that is translated later, when it is shown."""

from __future__ import annotations


def N_(text: str) -> str:  # noqa: N802 - gettext's own name, which extraction knows
    """Return the text as it is; extraction finds it by this call."""
    return text


def NN_(text: str, plural: str) -> tuple[str, str]:  # noqa: N802 - as above, for ungettext
    """Return a text and its plural as they are; extraction finds both by this call."""
    return text, plural
