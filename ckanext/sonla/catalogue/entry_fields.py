"""An entry as others write it, turned into what the table keeps.

The same reading serves the actions and the import, so that a line of an annex and a
call to the API are held to the same rules.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared.msgid import N_

from . import table_schema, vocabulary
from .directory import Directory
from .problems import Problem

CODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")
# One-segment addresses under /catalogue that are not an entry.
RESERVED = {"edition", "editions", "new", "request", "requests", "round", "rounds"}
LONGEST = {"title": 500, "title_en": 500, "source": 2000, "note": 5000}
LONGEST_TEXT = 20000
TEXTS = ("title", "title_en", "description", "source", "note")
FIELDS = (
    "code",
    *TEXTS,
    "lead_agency",
    "providers",
    "domain",
    "content_kind",
    "tables",
    "update_cycle",
    "formats",
    "sharing",
    "priority",
    "publish_by",
    "coordinating_agencies",
    "licence",
    "position",
)
DEFAULTS: dict[str, Any] = {
    "content_kind": "table",
    "sharing": ["download"],
    "priority": 2,
    "formats": [],
    "tables": [],
    "coordinating_agencies": [],
    "publish_by": None,
    "licence": "",
    **dict.fromkeys(TEXTS[1:], ""),
}


MISSING = N_("Missing value")


@dataclass
class Reading:
    """The columns that a text gave, and the problems by field."""

    columns: dict[str, Any] = field(default_factory=dict)
    providers: list[str] | None = None
    problems: list[tuple[str, Problem]] = field(default_factory=list)

    def refuse(self, name: str, message: str, **params: Any) -> None:
        """Note a problem of a field."""
        self.problems.append((name, Problem(message, params)))


def read(data: dict[str, Any], directory: Directory, *, whole: bool) -> Reading:
    """Read the fields of an entry.

    Args:
        data: fields by the names of the contract.
        directory: the agencies and domains.
        whole: whether the entry is new, so that what is not said gets its default and
            what must be said is asked for.
    """
    reading = Reading()
    if whole:
        data = {**DEFAULTS, **{k: v for k, v in data.items() if v is not None}}
        if "providers" not in data and data.get("lead_agency"):
            data["providers"] = [data["lead_agency"]]
    for name in FIELDS:
        if name in data:
            _READERS[name](name, data[name], reading, directory)
        elif whole and name != "position":
            reading.refuse(name, MISSING)
    return reading


def _text(name: str, value: Any, reading: Reading, _directory: Directory) -> None:
    text = unicodedata.normalize("NFC", str(value or "")).replace("\0", "").strip()
    if name == "title":
        text = " ".join(text.split())
        if not text:
            reading.refuse(name, MISSING)
    if len(text) > LONGEST.get(name, LONGEST_TEXT):
        reading.refuse(
            name,
            N_("At most {most} characters."),
            most=LONGEST.get(name, LONGEST_TEXT),
        )
    reading.columns[name] = text


def _code(name: str, value: Any, reading: Reading, _directory: Directory) -> None:
    code = str(value or "").strip()
    if not CODE.fullmatch(code) or code.casefold() in RESERVED:
        reading.refuse(
            name,
            N_("A code is at most 64 letters, digits, dots, dashes and underscores."),
        )
    reading.columns["code"] = code


def _agency(name: str, value: Any, reading: Reading, directory: Directory) -> None:
    found = directory.agency_id(str(value or ""))
    if found is None:
        reading.refuse(
            name, N_("There is no agency {agency}."), agency=str(value or "")[:200]
        )
    reading.columns["lead_agency_id"] = found


def _providers(name: str, value: Any, reading: Reading, directory: Directory) -> None:
    if isinstance(value, str):
        value = [value]
    if isinstance(value, list):
        value = {"kind": "one" if len(value) == 1 else "list", "agencies": value}
    kind = value.get("kind") if isinstance(value, dict) else None
    if kind not in vocabulary.PROVIDER_KINDS:
        reading.refuse(name, N_("Providers are one agency, a list or a class."))
        return
    reading.columns["provider_kind"] = kind
    reading.columns["provider_class"] = None
    reading.providers = []
    if kind == "class":
        reading.columns["provider_class"] = value.get("class")
        if value.get("class") not in vocabulary.AGENCY_KINDS:
            reading.refuse(name, N_("Unknown class of agencies."))
        return
    _named_providers(name, kind, value.get("agencies"), reading, directory)


def _named_providers(
    name: str, kind: str, agencies: Any, reading: Reading, directory: Directory
) -> None:
    ids: list[str] = []
    for one in agencies if isinstance(agencies, list) else []:
        found = directory.agency_id(str(one))
        if found is None:
            reading.refuse(
                name, N_("There is no agency {agency}."), agency=str(one)[:200]
            )
        elif found not in ids:
            ids.append(found)
    if not agencies or (kind == "one" and len(agencies) != 1):
        reading.refuse(name, N_("Providers are one agency, a list or a class."))
    reading.providers = ids


def _domain(name: str, value: Any, reading: Reading, directory: Directory) -> None:
    found = directory.domain_id(str(value or ""))
    if found is None:
        reading.refuse(
            name, N_("There is no domain {domain}."), domain=str(value or "")[:200]
        )
    reading.columns["domain_id"] = found


def _one_of(name: str, value: Any, reading: Reading, _directory: Directory) -> None:
    if not isinstance(value, str) or value not in vocabulary.LISTS[name]:
        reading.refuse(name, N_("{value} is not in the list."), value=str(value)[:100])
    reading.columns[name] = value


def _tables(name: str, value: Any, reading: Reading, _directory: Directory) -> None:
    tables = value or []
    for problem in table_schema.problems_of_tables(tables):
        reading.problems.append((name, problem))
    if isinstance(tables, list):
        tables = [
            {
                "name": one.get("name"),
                "title": str(one.get("title") or one.get("name") or ""),
                "schema": one.get("schema"),
            }
            for one in tables
            if isinstance(one, dict)
        ]
    reading.columns[name] = tables


def _formats(name: str, value: Any, reading: Reading, _directory: Directory) -> None:
    formats: list[str] = []
    for one in _as_list(value):
        kind = vocabulary.canonical_format(one)
        if kind not in vocabulary.FORMATS:
            reading.refuse(name, N_("{value} is not in the list."), value=one[:100])
        elif kind not in formats:
            formats.append(kind)
    reading.columns[name] = formats


def _sharing(name: str, value: Any, reading: Reading, _directory: Directory) -> None:
    ways = _as_list(value)
    for one in ways:
        if one not in vocabulary.SHARING:
            reading.refuse(name, N_("{value} is not in the list."), value=one[:100])
    reading.columns[name] = [one for one in vocabulary.SHARING if one in ways]


def _as_list(value: Any) -> list[str]:
    if isinstance(value, str):
        value = re.split(r"[,;/\n]", value)
    return [str(one).strip() for one in value or [] if str(one).strip()]


def _number(name: str, value: Any, reading: Reading, _directory: Directory) -> None:
    low, high = (1, 3) if name == "priority" else (0, 1_000_000)
    try:
        number = int(str(value))
    except ValueError:
        number = -1
    if not low <= number <= high:
        reading.refuse(
            name, N_("A number from {low} to {high}, please."), low=low, high=high
        )
    reading.columns[name] = number


def _date(name: str, value: Any, reading: Reading, _directory: Directory) -> None:
    if value in (None, ""):
        reading.columns[name] = None
        return
    try:
        reading.columns[name] = (
            value if isinstance(value, date) else date.fromisoformat(str(value).strip())
        )
    except ValueError:
        reading.refuse(name, N_("A date looks like 2026-09-30."))


def _coordinating(
    _name: str, value: Any, reading: Reading, directory: Directory
) -> None:
    """Keep agencies by id, and offices that are none of the portal's as they are."""
    if isinstance(value, str):
        value = re.split(r"[;\n]", value)
    reading.columns["coordinating"] = [
        directory.agency_id(str(one)) or str(one).strip()[:200]
        for one in value or []
        if str(one).strip()
    ]


def _licence(name: str, value: Any, reading: Reading, _directory: Directory) -> None:
    register = model.Package.get_license_register()
    if value and value not in register:
        reading.refuse(name, N_("{value} is not in the list."), value=str(value)[:100])
    # The portal's own licence is kept as none, so that it stays the portal's choice.
    own = value == tk.config["sonla.catalogue.licence"]
    reading.columns[name] = "" if own else value or ""


Reader = Callable[[str, Any, Reading, Directory], None]
_READERS: dict[str, Reader] = {
    **dict.fromkeys(TEXTS, _text),
    "code": _code,
    "lead_agency": _agency,
    "providers": _providers,
    "domain": _domain,
    "content_kind": _one_of,
    "tables": _tables,
    "update_cycle": _one_of,
    "formats": _formats,
    "sharing": _sharing,
    "priority": _number,
    "position": _number,
    "publish_by": _date,
    "coordinating_agencies": _coordinating,
    "licence": _licence,
}
