"""ckanext-harvest's own pages speak Vietnamese too; it brings no words for that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import ckan
import ckanext.harvest
from deploy import i18n

HARVEST = Path(ckanext.harvest.__file__).parent
CKAN = Path(ckan.__file__).parent / "i18n" / "vi" / "LC_MESSAGES" / "ckan.po"


def first(identifier: Any) -> str:
    """Return what a string is looked up by: itself, or its singular."""
    return identifier if isinstance(identifier, str) else identifier[0]


def test_every_string_of_the_harvest_pages_has_vietnamese():
    with CKAN.open("rb") as file:
        catalogs = [read_po(file), *(i18n.read(one) for one in i18n.FEATURES)]
    known = {first(one.id) for stored in catalogs for one in stored if one.string}
    shown = {
        first(message)
        for pattern, method in (("**.py", "python"), ("**.html", "ckan"))
        for _file, _line, message, _comments, _context in extract_from_dir(
            HARVEST, method_map=[(pattern, method)]
        )
        if message
    }
    assert shown, "ckanext-harvest's strings were not found"
    assert shown - known == set()
