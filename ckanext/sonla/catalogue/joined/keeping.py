"""The joining views follow publications, take-downs and editions."""

from __future__ import annotations

import logging
from typing import Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.catalogue import register
from ckanext.sonla.catalogue.answers import entry_dicts
from ckanext.sonla.catalogue.model import Entry
from ckanext.sonla.shared.tick import task

from . import view
from .members import is_on, joined

log = logging.getLogger(__name__)
_signals = tk.signals.ckanext
_REVISION = (
    "SELECT coalesce(p.extras ->> 'catalogue_entry', '') FROM sonla_revision r"
    " JOIN package p ON p.id = r.dataset_id WHERE r.id = :id"
)


def is_shared(entry: Entry) -> bool:
    """Tell whether several agencies owe an entry's data."""
    return entry.provider_kind != "one"


def refresh(code: str) -> None:
    """Make the views of an entry anew, where it is shared and they are not current."""
    entry = register.find_entry(code)
    if entry is None or not is_shared(entry) or not is_on():
        return
    told = entry_dicts([entry])[0]
    for table in told["tables"] or [{"name": ""}]:
        if (found := joined(told, table["name"])) is not None:
            view.refresh(found)


def _follow(code: str | None) -> None:
    """Refresh after somebody's commit, which stands whatever happens here."""
    if not code:
        return
    try:
        refresh(code)
    except view.BUSY:
        model.Session.rollback()
        log.info("The tick will join the tables of %s", code, exc_info=True)


@_signals.signal("sonla:revision_published").connect
def follow_publication(sender: Any, **_more: Any) -> None:
    """Join what a revision published."""
    # Features don't import one another: approval's table is asked for by its name.
    _follow(model.Session.scalar(sa.text(_REVISION), {"id": str(sender)}))


def _follow_dataset(sender: Any, **_more: Any) -> None:
    package = model.Package.get(str(sender))
    _follow(package.extras.get("catalogue_entry") if package else None)


for _name in ("sonla:dataset_taken_down", "sonla:dataset_restored"):
    _signals.signal(_name).connect(_follow_dataset)


@task("catalogue.joined_tables")
def refresh_all() -> None:
    """Refresh the views of all shared entries in force; drop those of no entry."""
    edition = register.edition_in_force()
    if edition is None or not is_on():
        return
    entries = model.Session.scalars(
        sa.select(Entry).where(
            Entry.edition_id == edition.id,
            Entry.retired.is_(False),
            Entry.provider_kind != "one",
        )
    ).all()
    wanted = set()
    for told in entry_dicts(entries):
        for table in told["tables"] or [{"name": ""}]:
            if (found := joined(told, table["name"])) is not None:
                wanted.add(view.name_of(found))
                view.refresh(found)
    for name in view.names() - wanted:
        view.drop(name)
