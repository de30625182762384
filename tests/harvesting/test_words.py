"""ckanext-harvest's own pages speak Vietnamese too; it brings no words for that."""

from __future__ import annotations

from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import ckan
import ckanext.harvest
from deploy import i18n

HARVEST = Path(ckanext.harvest.__file__).parent
CKAN = Path(ckan.__file__).parent / "i18n" / "vi" / "LC_MESSAGES" / "ckan.po"


def test_every_string_of_the_harvest_pages_has_vietnamese():
    with CKAN.open("rb") as file:
        known = {one.id for one in read_po(file) if one.id and one.string}
    for feature in i18n.FEATURES:
        known |= {one.id for one in i18n.read(feature) if one.id and one.string}
    first = {one if isinstance(one, str) else one[0] for one in known}
    shown = {
        message if isinstance(message, str) else message[0]
        for pattern, method in (("**.py", "python"), ("**.html", "ckan"))
        for _file, _line, message, _comments, _context in extract_from_dir(
            HARVEST, method_map=[(pattern, method)]
        )
        if message
    }
    assert shown, "ckanext-harvest's strings were not found"
    assert shown - first == set()
