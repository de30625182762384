"""Titles and texts in the page's language: Vietnamese, with English beside it."""

from __future__ import annotations

from typing import Any

from . import language


def sonla_title(item: dict[str, Any]) -> str:
    """Return a dataset's, agency's or domain's title in the page's language."""
    english = item.get("title_en") if language.current().startswith("en") else None
    return english or item.get("title") or item.get("display_name") or item["name"]


def sonla_notes(item: dict[str, Any]) -> str:
    """Return a dataset's description in the page's language."""
    english = item.get("notes_en") if language.current().startswith("en") else None
    return english or item.get("notes") or ""
