"""Which entry of the catalogue a remote dataset belongs to, and what of it is taken."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model

from . import remote

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ckanext.sonla.harvesting.sources import Source

    from .remote import Remote, RemoteFile

# What the remote portal knows best; the rest has to be asked for.
USUAL = ("title", "notes", "tags")
ENTRY_FIELD = "catalogue_entry"
IN_FORCE = "in_force"
Reason = dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """What is taken over of a remote dataset.

    Args:
        metadata: by the fields of our schema.
        files: with the tables that they are for.
        left: names of the files that are none of the entry's formats.
    """

    metadata: dict[str, Any]
    files: tuple[tuple[RemoteFile, str | None], ...]
    left: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """Changes when something else would be taken over, the files' bytes apart."""
        files = [[asdict(file), table] for file, table in self.files]
        told = json.dumps([self.metadata, files], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()


def entry_codes(
    source: Source, remotes: Iterable[Remote]
) -> dict[str, tuple[str | None, Reason | None]]:
    """Return the entry of each remote dataset, by its guid, or why it has none."""
    remotes = list(remotes)
    named = {one.guid: _named(source, one) for one in remotes}
    times = Counter(code for code in named.values() if code)
    entries = {code: _entry(code) for code in times}
    found: dict[str, tuple[str | None, Reason | None]] = {}
    for one in remotes:
        code = named[one.guid]
        if code is None:
            found[one.guid] = None, _why("not_mapped")
        elif not one.public:
            found[one.guid] = code, _why("not_public")
        elif times[code] > 1:
            found[one.guid] = code, _why("two_for_entry", entry=code)
        else:
            found[one.guid] = code, _refusal(source, code, entries[code])
    return found


def _why(code: str, **told: Any) -> Reason:
    return {"code": code, "told": told}


def _named(source: Source, one: Remote) -> str | None:
    """Return which entry the configuration, or the dataset itself, names."""
    entries = source.config.get("entries") or {}
    for key in (one.guid, one.name):
        if key and key in entries:
            return entries[key]
    return one.fields.get(source.config.get("entry_field") or ENTRY_FIELD)


def entry(code: str) -> dict[str, Any]:
    """Return an entry of the catalogue; nothing where there is none."""
    return _entry(code) or {}


def _entry(code: str) -> dict[str, Any] | None:
    try:
        return tk.get_action("sonla_entry_show")({"ignore_auth": True}, {"code": code})
    except (KeyError, tk.ObjectNotFound, tk.ValidationError):
        return None


def _refusal(source: Source, code: str, found: dict[str, Any] | None) -> Reason | None:
    if found is None or found.get("state") != IN_FORCE:
        return _why("no_entry", entry=code[:100])
    agency: Any = model.Group.get(source.agency_id)
    if agency is None or agency.name not in found["provider_agencies"]:
        return _why("no_provider", entry=code)
    return None


def wanted(source: Source, one: Remote, entry_: dict[str, Any]) -> Wanted:
    """Return what is taken over of a remote dataset.

    The catalogue says licence, cycle, domain and access, the portal name, id, state and
    agency: none of that comes from a source.
    """
    asked = source.config.get("metadata", USUAL)
    told = {
        name: one.metadata[name]
        for name in remote.FIELDS
        if name in asked and name in one.metadata
    }
    formats = {one.casefold() for one in entry_.get("formats") or []}
    tables = source.config.get("tables") or {}
    taken: list[tuple[RemoteFile, str | None]] = []
    left: list[str] = []
    for file in one.files:
        if formats and _format(file.format) not in formats:
            left.append(file.name)
            continue
        table = next((tables[k] for k in (file.id, file.name) if k in tables), None)
        taken.append((file, table))
    return Wanted(told, tuple(_with_own_names(taken)), tuple(left))


# What portals write for the same thing, as the catalogue reads it too.
_FORMATS = {"jpg": "jpeg", "tif": "tiff", "excel": "xlsx", "word": "docx"}


def _format(written: str) -> str:
    plain = written.strip().lstrip(".").casefold()
    return _FORMATS.get(plain, plain)


def _with_own_names(
    files: list[tuple[RemoteFile, str | None]],
) -> Iterable[tuple[RemoteFile, str | None]]:
    """Yield the files with names of their own: by these they are known again."""
    seen: Counter[str] = Counter()
    for file, table in files:
        seen[file.name] += 1
        count = seen[file.name]
        name = f"{file.name} ({count})" if count > 1 else file.name
        yield type(file)(**{**asdict(file), "name": name}), table
