"""An entry in an annex's words, and tables from an annex's list of fields."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any

from ckanext.sonla.catalogue.folding import fold

from .words import word

if TYPE_CHECKING:
    from collections.abc import Mapping


def cells_of(entry: Mapping[str, Any]) -> dict[str, str]:
    """Return an entry, as `sonla_entry_show` answers it, in the annex's words."""
    providers = entry["providers"]
    publish_by = entry["publish_by"]
    return {
        "position": str(entry["position"]),
        "code": entry["code"],
        "domain": entry["domain_title"],
        "title": entry["title"],
        "title_en": entry["title_en"],
        "description": entry["description"],
        "fields": "; ".join(field_titles(entry["tables"])),
        "lead_agency": entry["lead_agency_title"],
        "providers": (
            word("class", providers["class"])
            if providers["kind"] == "class"
            else "; ".join(entry["provider_titles"])
        ),
        "coordinating_agencies": "; ".join(entry["coordinating_titles"]),
        "source": entry["source"],
        "content_kind": word("content_kind", entry["content_kind"]),
        "update_cycle": word("update_cycle", entry["update_cycle"]),
        "formats": ", ".join(entry["formats"]),
        "sharing": ", ".join(word("sharing", one) for one in entry["sharing"]),
        "priority": word("priority", entry["priority"]),
        "publish_by": (
            date.fromisoformat(publish_by).strftime("%d/%m/%Y") if publish_by else ""
        ),
        "licence": entry["licence"],
        "note": entry["note"],
        "tables": (
            json.dumps(entry["tables"], ensure_ascii=False, separators=(",", ":"))
            if entry["tables"]
            else ""
        ),
    }


def field_titles(tables: list[dict[str, Any]]) -> list[str]:
    """Return the titles of the fields of an entry's tables."""
    return [
        str(one.get("title") or one["name"])
        for table in tables
        for one in table["schema"]["fields"]
    ]


def tables_from_titles(title: str, text: str) -> list[dict[str, Any]]:
    """Make a table of text fields from the annex's list of fields.

    A comma inside brackets belongs to the field, as in `địa chỉ (xã, bản)`.
    """
    names: list[str] = []
    fields = []
    for part in re.split(r"[,;\n](?![^()]*\))", text):
        label = part.strip(" .-\u2013\u2022\t")
        name = re.sub(r"\W+", "_", fold(label)).strip("_")[:50]
        if not name:
            continue
        name = name if name[0].isalpha() else f"c_{name}"
        while name in names:
            name += "_"
        names.append(name)
        fields.append({"name": name, "title": label, "type": "string"})
    if not fields:
        return []
    return [{"name": "bang", "title": title, "schema": {"fields": fields}}]
