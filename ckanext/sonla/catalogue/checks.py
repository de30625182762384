"""What a dataset must be by its entry, before a leader sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ckan import model
from ckanext.sonla.shared.checks import BLOCKS, INFORMS, Check, Finding, register_check
from ckanext.sonla.shared.msgid import N_

from . import register
from .vocabulary import TABULAR_FORMATS, canonical_format

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from .model import Entry


# What a resource's "API" entry point is called is the provider's business.
_UNCHECKED = {"", "API"}


@register_check
class EntryCheck(Check):
    """The entry is in force and the agency is one of its providers (article 7.2)."""

    name = "catalogue.entry"
    title = N_("The catalogue's entry")

    def run(self, package: dict[str, Any]) -> Iterator[Finding]:
        return _entry(package)

    def again(self, package: dict[str, Any], since: datetime) -> Iterator[Finding]:
        """Yield what an edition in force since the submission changed of the entry."""
        return _overtaken(package, since)


# What of an entry its datasets' content obeys; the rest may change meanwhile.
_RULES = ("tables", "formats", "domain_id", "provider_kind", "provider_class")
_RETIRED = N_(
    "Decision No. {number} has taken entry {code} out of the catalogue since this was "
    "submitted. Return the revision: the dataset stays as it is, or is retired."
)
_AMENDED = N_(
    "Decision No. {number} has amended entry {code} since this was submitted. Return "
    "the revision, so that it is checked by the new rules and submitted again."
)


def _overtaken(package: dict[str, Any], since: datetime) -> Iterator[Finding]:
    now = register.edition_in_force()
    then = register.edition_at(since)
    if now is None or (then is not None and then.id == now.id):
        return
    code = str(package.get("catalogue_entry") or "")
    entry = register.entry_of(now.id, code)
    before = register.entry_of(then.id, code) if then else None
    told = {"code": code, "number": now.decision_number}
    if entry is None or entry.retired:
        if before is None or before.retired:
            return
        yield Finding("retired", BLOCKS, _RETIRED, told, field="catalogue_entry")
        return
    if package.get("owner_org") not in register.provider_ids(entry):
        yield Finding(
            "provider",
            BLOCKS,
            N_("Your agency is not a provider of entry {code}."),
            {"code": code},
        )
    elif before is not None and any(
        getattr(before, name) != getattr(entry, name) for name in _RULES
    ):
        yield Finding("amended", BLOCKS, _AMENDED, told, field="catalogue_entry")


def _entry(package: dict[str, Any]) -> Iterator[Finding]:
    code = str(package.get("catalogue_entry") or "")
    entry = register.find_entry(code) if code else None
    if entry is None:
        yield Finding(
            "entry",
            BLOCKS,
            N_("The catalogue has no entry {code}."),
            {"code": code},
            field="catalogue_entry",
        )
        return
    if not register.is_in_force(entry):
        yield Finding(
            "entry",
            BLOCKS,
            N_("Entry {code} is no longer in force."),
            {"code": code},
            field="catalogue_entry",
        )
    if package.get("owner_org") not in register.provider_ids(entry):
        yield Finding(
            "provider",
            BLOCKS,
            N_("Your agency is not a provider of entry {code}."),
            {"code": code},
        )
    yield from _domain(package, entry)


def _domain(package: dict[str, Any], entry: Entry) -> Iterator[Finding]:
    domain = model.Group.get(entry.domain_id)
    groups = {one.get("name") for one in package.get("groups") or []}
    if domain is not None and groups != {domain.name}:
        yield Finding(
            "domain",
            BLOCKS,
            N_("The dataset must stand under the domain {domain} only."),
            {"domain": domain.title or domain.name},
            field="groups",
        )


@register_check
class ResourcesCheck(Check):
    """There is something to publish, in the entry's formats, for each of its tables."""

    name = "catalogue.resources"
    title = N_("Files and formats of the entry")

    def run(self, package: dict[str, Any]) -> Iterator[Finding]:
        return _resources(package)


def _resources(package: dict[str, Any]) -> Iterator[Finding]:
    entry = register.find_entry(str(package.get("catalogue_entry") or ""))
    if entry is None:
        return
    resources = package.get("resources") or []
    if not resources:
        yield Finding("resource", BLOCKS, N_("The dataset has no file."))
        return
    for resource in resources:
        yield from _resource(resource, entry)
    yield from _tables(resources, entry)


def _resource(resource: dict[str, Any], entry: Entry) -> Iterator[Finding]:
    kind = canonical_format(str(resource.get("format") or ""))
    if entry.formats and kind not in _UNCHECKED and kind not in entry.formats:
        # A further format beside the promised ones does no harm; see `_tables`.
        yield Finding(
            "format",
            INFORMS,
            N_("{format} is not among the entry's formats ({formats})."),
            {"format": kind, "formats": ", ".join(entry.formats)},
            resource_id=resource.get("id"),
            field="format",
        )
    table = resource.get("table")
    if table and entry.table(table) is None:
        yield Finding(
            "table",
            BLOCKS,
            N_("The entry has no table {name}."),
            {"name": table},
            resource_id=resource.get("id"),
            field="table",
        )
    elif entry.tables and not table and kind in TABULAR_FORMATS:
        yield Finding(
            "table",
            BLOCKS,
            N_("Say which table of the entry the file {file} holds."),
            {"file": resource.get("name") or resource.get("id")},
            resource_id=resource.get("id"),
            field="table",
        )


def _tables(resources: list[dict[str, Any]], entry: Entry) -> Iterator[Finding]:
    held = [one.get("table") for one in resources]
    for table in entry.tables:
        if table["name"] not in held:
            yield Finding(
                "resource",
                BLOCKS,
                N_("No file holds the table {title} that the entry asks for."),
                {"title": table["title"]},
                table=table["name"],
            )
    kinds = {canonical_format(str(one.get("format") or "")) for one in resources}
    if entry.formats and not kinds & set(entry.formats):
        yield Finding(
            "format",
            BLOCKS,
            N_("No file is in one of the entry's formats ({formats})."),
            {"formats": ", ".join(entry.formats)},
        )
