"""Validators of the dataset's schema: the catalogue rules (article 7.2).

The officer chooses the entry; licence, update cycle and domain follow from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import approvals

from . import register
from .dataset import theme_of
from .vocabulary import FREQUENCIES, PUBLIC_ACCESS, TABULAR_FORMATS, canonical_format

if TYPE_CHECKING:
    from .model import Entry

Key = tuple[Any, ...]
Flat = dict[Key, Any]
ENTRY_KEY = ("catalogue_entry",)


def sonla_catalogue_entry(key: Key, data: Flat, _errors: Flat, context: Any) -> None:
    """Accept the code of an entry in force, or the one that the dataset has already.

    An entry that was taken out of the catalogue keeps its datasets, marked; nobody
    can put a new dataset under it.
    """
    code = data[key].strip() if isinstance(data[key], str) else data[key]
    entry = register.find_entry(code) if isinstance(code, str) else None
    if entry is None:
        raise tk.Invalid(
            tk._("The catalogue has no entry {code}.").format(code=str(code)[:100])
        )
    before = _before(data, context)
    known = before is not None and before.extras.get("catalogue_entry") == code
    if not known and not register.is_in_force(entry):
        raise tk.Invalid(tk._("Entry {code} is no longer in force.").format(code=code))
    data[key] = code


def _before(data: Flat, context: Any) -> model.Package | None:
    """Return the dataset as it is stored; a working copy's is the one it works on."""
    package = context.get("package")
    package_id = package.id if package else data.get(("id",))
    if not isinstance(package_id, str):
        return None
    return model.Package.get(register.working_copy_of(package_id) or package_id)


def sonla_catalogue_rules(_key: Key, data: Flat, errors: Flat, context: Any) -> None:
    """Check the whole dataset against its entry: its agency, and that it is alone.

    Runs after the fields. Drops what the caller says about groups: the domain comes
    from the entry and is set when the dataset is saved.
    """
    for key in [one for one in data if one[0] == "groups"]:
        del data[key]
        errors.pop(key, None)
    owner = data.get(("owner_org",))
    if errors.get(ENTRY_KEY) or errors.get(("owner_org",)) or not owner:
        return
    entry = _entry_in(data)
    if entry is None:
        return
    if owner not in register.provider_ids(entry) and not _is_old(data, owner, context):
        errors.setdefault(ENTRY_KEY, []).append(
            tk._("Your agency is not a provider of entry {code}.").format(
                code=entry.code
            )
        )
        return
    _only_one(entry.code, owner, data, errors, context)


def _is_old(data: Flat, owner: str, context: Any) -> bool:
    """Tell whether the dataset was there, under this entry and agency, before."""
    before = _before(data, context)
    return (
        before is not None
        and before.owner_org == owner
        and before.extras.get("catalogue_entry") == data.get(ENTRY_KEY)
    )


def _only_one(code: str, owner: str, data: Flat, errors: Flat, context: Any) -> None:
    """Refuse a second dataset of a provider for an entry, also two at once.

    The lock lasts to the end of the transaction that saves the dataset, so whoever
    comes second sees the first.
    """
    package = context.get("package")
    own_id = package.id if package else data.get(("id",))
    if isinstance(own_id, str) and register.working_copy_of(own_id):
        return
    model.Session.execute(
        sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 782))"),
        {"what": f"{code}\n{owner}"},
    )
    if any(other.id != own_id for other in register.datasets_of(code, owner)):
        errors.setdefault(ENTRY_KEY, []).append(
            tk._(
                "Your agency has a dataset for entry {code} already: open a "
                "revision of it."
            ).format(code=code)
        )


def _entry_in(data: Flat) -> Entry | None:
    """Return the entry that a flattened dataset names."""
    code = data.get(ENTRY_KEY)
    return register.find_entry(code) if isinstance(code, str) else None


def sonla_entry_licence(key: Key, data: Flat, _errors: Flat, context: Any) -> None:
    """Set the licence that the entry has (article 10).

    A licence is content: readers have it from what was approved. What a leader has
    approved keeps it, whatever the catalogue says by the day of its publication.
    """
    if context.get(approvals.AS_APPROVED) and data[key] not in (None, "", tk.missing):
        return
    entry = _entry_in(data)
    data[key] = register.licence_of(entry) if entry else ""


def sonla_entry_cycle(key: Key, data: Flat, _errors: Flat, _context: Any) -> None:
    """Set the update cycle that the entry has."""
    entry = _entry_in(data)
    data[key] = entry.update_cycle if entry else ""


def sonla_entry_frequency(key: Key, data: Flat, _errors: Flat, _context: Any) -> None:
    """Set the update cycle as DCAT-AP says it (dct:accrualPeriodicity)."""
    entry = _entry_in(data)
    data[key] = FREQUENCIES[entry.update_cycle] if entry else ""


def sonla_entry_theme(key: Key, data: Flat, _errors: Flat, _context: Any) -> None:
    """Set dcat:theme: the domain's URI, by default the address of its page."""
    entry = _entry_in(data)
    data[key] = theme_of(entry.domain_id) if entry else "[]"


def sonla_public_access(_value: Any) -> str:
    """Set dct:accessRights: open data is public, with no other choice."""
    return PUBLIC_ACCESS


def sonla_entry_table(key: Key, data: Flat, _errors: Flat, _context: Any) -> None:
    """Accept a table of the entry; a tabular file of a one-table entry has that one."""
    entry = _entry_in(data)
    names = [one["name"] for one in entry.tables] if entry else []
    value = data[key]
    if value in (None, "", tk.missing):
        kind = data.get((*key[:-1], "format"))
        tabular = isinstance(kind, str) and canonical_format(kind) in TABULAR_FORMATS
        if len(names) == 1 and tabular:
            data[key] = names[0]
        else:
            data.pop(key, None)
            raise tk.StopOnError
        return
    if value not in names:
        raise tk.Invalid(
            tk._("The entry has no table {name}.").format(name=str(value)[:100])
        )
