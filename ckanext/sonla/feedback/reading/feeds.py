"""Answered feedback as a feed, Atom or RSS: by feedgen, as CKAN's own feeds are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from feedgen.feed import FeedGenerator

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import language

from .helpers import sonla_feedback_label

ITEMS = 50
TYPES = {
    "atom": "application/atom+xml; charset=utf-8",
    "rss": "application/rss+xml; charset=utf-8",
}


def feed(kind: str, items: list[dict[str, Any]]) -> bytes:
    """Return a feed.

    Args:
        kind: `atom` or `rss`.
        items: as `sonla_feedback_show` answers them, the newest answer first.
    """
    made: Any = FeedGenerator()
    home = tk.h.url_for("sonla_feedback.index", _external=True)
    made.id(home)
    made.title(_plain(f"{tk.h.sonla_site_title()}: {tk._('Answered feedback')}"))
    made.description(tk._("What agencies answered in public, the newest first."))
    made.language(language.current())
    made.author({"name": _plain(tk.h.sonla_site_title())})
    made.link(href=home, rel="alternate")
    own = tk.h.url_for("sonla_feedback.feed", kind=kind, _external=True)
    made.link(href=own, rel="self")
    # The same feed as long as nothing new was answered.
    last = _moment(items[0]["closed"]) if items else datetime.fromtimestamp(0, UTC)
    made.updated(last)
    made.lastBuildDate(last)
    for item in items:
        _add(made, item)
    return made.atom_str(pretty=True) if kind == "atom" else made.rss_str(pretty=True)


def _add(made: Any, item: dict[str, Any]) -> None:
    address = tk.h.url_for("sonla_feedback.show", code=item["code"], _external=True)
    title = item["subject"] or sonla_feedback_label("kind", item["kind"])
    entry = made.add_entry(order="append")
    entry.id(address)
    entry.link(href=address)
    entry.title(_plain(f"{title} ({item['code']})"))
    entry.published(_moment(item["closed"]))
    entry.updated(_moment(item["closed"]))
    entry.category({"term": item["kind"]})
    answer = item["answer"]
    if answer:
        entry.author({"name": _plain(answer["agency_title"])})
        entry.summary(_plain(answer["text"]))


def _moment(told: str) -> datetime:
    return datetime.fromisoformat(told)


def _plain(text: str) -> str:
    """Return a text without what XML can't hold."""
    return "".join(one for one in text if one >= " " or one in "\n\t")
