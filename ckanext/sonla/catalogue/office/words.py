"""What a task is called, and what it asks for."""

from __future__ import annotations

import ckan.plugins.toolkit as tk


def title(kind: str, subject: str, of: str = "") -> str:
    """Return a task's title in the reader's language."""
    if kind == "catalogue_review":
        return tk._("Review of the catalogue of {year}").format(year=subject)
    if kind == "portal_review":
        return tk._("Review of the portal of {year}").format(year=subject)
    return tk._("Dataset without an entry in force: {title}").format(title=of)


def what_to_do(kind: str) -> str:
    """Return what a task asks for, in a sentence or two."""
    if kind == "catalogue_review":
        return tk._(
            "Article 7.1: open a round of review, collect the agencies' answers into "
            "an edition and submit it."
        )
    if kind == "portal_review":
        return tk._(
            "Article 6.1: go through the portal's running, security and content, and "
            "record what was found and decided."
        )
    return tk._(
        "The catalogue in force no longer asks for this dataset. It stays public, "
        "marked. The agency retires it, or asks for its entry again."
    )
