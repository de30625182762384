"""Links that lead nowhere: linked files, and addresses in the description."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import policy, web
from ckanext.sonla.shared.checks import (
    INFORMS,
    NEEDS_REASON,
    Check,
    Rule,
    register_check,
)
from ckanext.sonla.shared.msgid import N_, NN_

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ckanext.sonla.shared.checks import Finding

AT_ONCE = 8
_LINK = re.compile(r"https?://[^\s<>\"'\])|]+", re.IGNORECASE)
_TRAILING = ".,;:!?"
# Where people write addresses; others hold codes of vocabularies, which look alike.
_WRITTEN = ("url", "notes", "notes_en", "description", "documentation")
_ERRORS = 400
# The server answers, but not that often.
_TOO_MANY = 429


@dataclass(frozen=True)
class Link:
    """An address that a package names, and where it does."""

    url: str
    field: str
    resource_id: str | None = None

    @property
    def is_content(self) -> bool:
        """Whether the link is what a resource is, not only something it mentions."""
        return self.field == "url" and self.resource_id is not None


@register_check
class BrokenLinks(Check):
    """Every link of the dataset can be followed by its readers."""

    name = "approval.links"
    title = N_("Links")
    outside = True
    rules: ClassVar[dict[str, Rule]] = {
        "link.broken": Rule(
            INFORMS, N_("The link {url} does not work (HTTP {status}).")
        ),
        "link.unreachable": Rule(INFORMS, N_("The link {url} does not answer.")),
        "link.private": Rule(
            INFORMS,
            N_("The link {url} leads into no open network: readers can't follow it."),
        ),
        "link.unasked": Rule(
            INFORMS,
            *NN_(
                "{count} further link was not tried.",
                "{count} further links were not tried.",
            ),
        ),
    }  # fmt: skip

    def subject(self, package: dict[str, Any]) -> list[str]:
        return sorted({link.url for link in links_of(package)})

    def run(self, package: dict[str, Any]) -> Iterator[Finding]:
        if not policy.switch("check_links"):
            return
        links = links_of(package)
        most = policy.number("links_checked")
        with ThreadPoolExecutor(AT_ONCE) as threads:
            # CKAN's settings are read in the thread too.
            told = [
                threads.submit(copy_context().run, partial(_try, link.url))
                for link in links[:most]
            ]
            for link, answer in zip(links, told, strict=False):
                rule, more = answer.result()
                if rule:
                    yield self._found(link, rule, more)
        if len(links) > most:
            yield self.found("link.unasked", count=len(links) - most)

    def _found(self, link: Link, rule: str, more: dict[str, Any]) -> Finding:
        return self.found(
            rule,
            NEEDS_REASON if link.is_content else INFORMS,
            resource_id=link.resource_id,
            field=link.field,
            url=link.url[:300],
            **more,
        )


def links_of(package: dict[str, Any]) -> list[Link]:
    """Return the addresses that a package names, those of its resources first."""
    found: dict[str, Link] = {}
    for resource in package.get("resources") or []:
        if resource.get("url_type") != "upload" and resource.get("url"):
            url = str(resource["url"])
            found.setdefault(url, Link(url, "url", resource["id"]))
    for resource in package.get("resources") or []:
        for link in _mentioned(resource, resource["id"]):
            found.setdefault(link.url, link)
    for link in _mentioned(package, None):
        found.setdefault(link.url, link)
    own = tk.config["ckan.site_url"].rstrip("/")
    return [link for link in found.values() if not link.url.startswith(own)]


def _mentioned(part: dict[str, Any], resource_id: str | None) -> Iterator[Link]:
    for field in _WRITTEN:
        if resource_id and field == "url":
            continue
        for url in _LINK.findall(str(part.get(field) or "")):
            yield Link(url.rstrip(_TRAILING), field, resource_id)


def _try(url: str) -> tuple[str | None, dict[str, Any]]:
    """Return the rule that an address breaks, and what to say of it."""
    seconds = policy.number("link_seconds")
    try:
        answer = web.ask("HEAD", url, seconds=seconds)
        if answer.status >= _ERRORS and answer.status != _TOO_MANY:
            # Not every server knows HEAD.
            few = {"Range": "bytes=0-1023"}
            answer = web.ask("GET", url, seconds=seconds, headers=few, most_bytes=1024)
    except web.Refused:
        return "link.private", {}
    except web.Unreachable:
        return "link.unreachable", {}
    if answer.status >= _ERRORS and answer.status != _TOO_MANY:
        return "link.broken", {"status": answer.status}
    return None, {}
