"""The closed lists of the catalogue, with what they are called on screen.

A list maps the value that is stored to an English msgid; `label` translates it.
"""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared.msgid import N_

CONTENT_KINDS = {
    "table": N_("Table"),
    "map": N_("Map"),
    "document": N_("Document"),
    "image": N_("Image"),
    "api": N_("API"),
}
UPDATE_CYCLES = {
    "monthly": N_("Monthly"),
    "quarterly": N_("Quarterly"),
    "half_yearly": N_("Half-yearly"),
    "yearly": N_("Yearly"),
    "once": N_("Once"),
    "on_change": N_("When the data changes"),
}
SHARING = {"download": N_("Download"), "api": N_("API")}
PRIORITIES = {1: N_("High"), 2: N_("Medium"), 3: N_("Low")}
PROVIDER_KINDS = {
    "one": N_("One agency"),
    "list": N_("Several agencies"),
    "class": N_("A class of agencies"),
}
AGENCY_KINDS = {
    "department": N_("Departments and equals"),
    "public_unit": N_("Public units"),
    "central_branch": N_("Branches of central offices"),
    "commune": N_("All communes and wards"),
}
EDITION_KINDS = {"replacing": N_("Replaces all"), "amending": N_("Amends")}
EDITION_STATES = {
    "draft": N_("Draft"),
    "submitted": N_("Awaiting the decision"),
    "rejected": N_("Rejected"),
    "approved": N_("Approved, not in force yet"),
    "in_force": N_("In force"),
    "superseded": N_("Superseded"),
}
ENTRY_STATES = {
    "draft": N_("Draft"),
    "in_force": N_("In force"),
    "retired": N_("No longer provided"),
}
CHANGES = {
    "unchanged": N_("Unchanged"),
    "added": N_("Added"),
    "changed": N_("Changed"),
    "retired": N_("Taken out"),
}
READINGS = {
    "understood": N_("Understood"),
    "guessed": N_("Guessed: please look"),
    "refused": N_("Refused"),
}
# Rows of an annex that are no line of the catalogue.
ROWS = {
    "title": N_("Title"),
    "header": N_("Header"),
    "heading": N_("Heading"),
    "footer": N_("Below the lines"),
}
ROUND_STATES = {"open": N_("Under way"), "closed": N_("Closed")}
ANSWER_STATES = {
    "waiting": N_("Not answered yet"),
    "answered": N_("Waiting for the leader"),
    "returned": N_("Returned"),
    "approved": N_("Approved by the leader"),
}
REQUEST_STATES = {
    "draft": N_("Draft"),
    "submitted": N_("Sent to the operator"),
    "accepted": N_("Accepted"),
    "declined": N_("Declined"),
}
FORMATS = (
    "CSV",
    "TSV",
    "XLSX",
    "XLS",
    "ODS",
    "JSON",
    "XML",
    "GeoJSON",
    "SHP",
    "GPKG",
    "KML",
    "GeoTIFF",
    "PDF",
    "DOCX",
    "ODT",
    "TXT",
    "HTML",
    "PNG",
    "JPEG",
    "TIFF",
    "ZIP",
    "RDF",
    "WMS",
    "WFS",
    "API",
)
# Formats whose content is rows and columns, so that a Table Schema can govern it.
TABULAR_FORMATS = frozenset({"CSV", "TSV", "XLSX", "XLS", "ODS", "JSON"})

# The EU's authority table, which DCAT-AP names for dct:accrualPeriodicity.
_FREQUENCY = "http://publications.europa.eu/resource/authority/frequency/"
FREQUENCIES = {
    "monthly": _FREQUENCY + "MONTHLY",
    "quarterly": _FREQUENCY + "QUARTERLY",
    "half_yearly": _FREQUENCY + "ANNUAL_2",
    "yearly": _FREQUENCY + "ANNUAL",
    "once": _FREQUENCY + "NEVER",
    "on_change": _FREQUENCY + "IRREG",
}
PUBLIC_ACCESS = "http://publications.europa.eu/resource/authority/access-right/PUBLIC"

LISTS = {
    "content_kind": CONTENT_KINDS,
    "update_cycle": UPDATE_CYCLES,
    "sharing": SHARING,
    "priority": PRIORITIES,
    "provider_kind": PROVIDER_KINDS,
    "agency_kind": AGENCY_KINDS,
    "edition_kind": EDITION_KINDS,
    "edition_state": EDITION_STATES,
    "entry_state": ENTRY_STATES,
    "change": CHANGES,
    "reading": READINGS,
    "row": ROWS,
    "round_state": ROUND_STATES,
    "answer_state": ANSWER_STATES,
    "request_state": REQUEST_STATES,
}


def label(name: str, value: object) -> str:
    """Return what a value of a list is called in the reader's language."""
    msgid = LISTS[name].get(value)  # type: ignore[call-overload]
    return tk._(msgid) if msgid else str(value or "")


def canonical_format(value: str) -> str:
    """Return a format as the catalogue spells it, in capitals if it is unknown."""
    folded = value.strip().lstrip(".").casefold()
    folded = {"jpg": "jpeg", "tif": "tiff", "excel": "xlsx", "word": "docx"}.get(
        folded, folded
    )
    return next((one for one in FORMATS if one.casefold() == folded), folded.upper())
