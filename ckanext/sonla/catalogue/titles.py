"""The titles of entries for the features that name them."""

from __future__ import annotations

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.shared import entry_names, language

from .model import Entry
from .register import edition_in_force, former_entries


@entry_names.teller
def titles(codes: list[str]) -> dict[str, str]:
    """Return entries' titles in the reader's language by their codes."""
    edition = edition_in_force()
    rows = model.Session.execute(
        sa.select(Entry.code, Entry.title, Entry.title_en).where(
            Entry.edition_id == (edition.id if edition else None), Entry.code.in_(codes)
        )
    )
    english = language.current().startswith("en")
    told = {code: (english and title_en) or title for code, title, title_en in rows}
    retired = [code for code in codes if code not in told]
    for entry in former_entries(retired) if retired else ():
        told[entry.code] = (english and entry.title_en) or entry.title
    return told
