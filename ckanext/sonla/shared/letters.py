"""How a mail looks: its words in the portal's layout, as plain text and as HTML.

The templates are `notices/*.txt` and `notices/*.html`; a theme may have its own. They
need no request: notices are written by jobs and commands too.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import jinja2

import ckan.plugins.toolkit as tk

from . import language
from .feature import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .mail import Mail, OutboxMail


def mail(told: Mail) -> tuple[str, str]:
    """Return a mail's plain text and HTML, in its own language."""
    if told.html is not None:
        return told.text, told.html
    words = {
        "paragraphs": [part for part in told.text.strip().split("\n\n") if part],
        "link": told.link,
        "subject": told.subject,
        "has_account": bool(told.user_id),
    }
    return _both("notice", told.language, words)


def digest(rows: Sequence[OutboxMail], spoken: str) -> tuple[str, str, str]:
    """Return subject, plain text and HTML of a day's digest."""
    with language.speaking(spoken):
        subject = tk.ungettext("{count} notice", "{count} notices", len(rows)).format(
            count=len(rows)
        )
    items = [{"subject": row.subject, "link": row.link} for row in rows]
    words = {"items": items, "subject": subject, "has_account": True}
    return (subject, *_both("digest", spoken, words))


def _both(name: str, spoken: str | None, words: dict[str, Any]) -> tuple[str, str]:
    site = {
        "site_title": tk.config["ckan.site_title"],
        "site_url": tk.config["ckan.site_url"].rstrip("/"),
        "language": spoken or tk.config["ckan.locale_default"],
    }
    with language.speaking(site["language"]):
        text, html = (
            _templates().get_template(f"notices/{name}.{kind}").render(**words, **site)
            for kind in ("txt", "html")
        )
    return text.strip() + "\n", html


def _templates() -> jinja2.Environment:
    known = tk.config.get("computed_template_paths") or []
    return _environment((*known, str(ROOT / "templates" / "shared")))


@lru_cache(maxsize=4)
def _environment(paths: tuple[str, ...]) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(paths),
        autoescape=jinja2.select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.globals |= {"_": tk._, "ungettext": tk.ungettext}
    return environment
