"""A file becomes a preview: what it says line by line, and what it would change."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.model.types import make_uuid
from ckanext.sonla.catalogue.annex.columns import HEADERS
from ckanext.sonla.catalogue.directory import Directory
from ckanext.sonla.catalogue.entry_fields import MISSING, Reading
from ckanext.sonla.catalogue.entry_fields import read as read_fields
from ckanext.sonla.catalogue.files import reading as files
from ckanext.sonla.catalogue.files.sheet import Sheet, UnreadableError
from ckanext.sonla.catalogue.model import CatalogueImport, Edition, Entry
from ckanext.sonla.catalogue.states import require_open
from ckanext.sonla.shared.checks import BLOCKS
from ckanext.sonla.shared.msgid import N_

from . import base as known
from . import codes, header
from .lines import read_annex

if TYPE_CHECKING:
    from .base import Base
    from .found import Annex, Line


@dataclass(frozen=True)
class Asked:
    """What the operator sends: a file, and whether it is the whole catalogue."""

    content: bytes
    filename: str
    complete: bool


def make(edition: Edition, asked: Asked, actor: str | None) -> CatalogueImport:
    """Read a file and keep what it would bring; the edition stays as it is.

    Raises:
        ValidationError: the edition is not open, or the file can't be read at all.
    """
    require_open(edition)
    sheet = _sheet(asked)
    directory = Directory.read()
    found = read_annex(sheet, directory)
    base = known.Base.read(edition)
    codes.give(found, base, directory)
    whole = asked.complete or edition.kind == "replacing"
    _put_in_order(found, base, whole=whole)
    lines = [_line(line, found, base, directory) for line in found.lines]
    _missing_columns(found)
    if not lines and not any(one.severity == BLOCKS for one in found.faults):
        found.blocks(None, None, N_("The file has no entries."))
    statuses = found.statuses()
    kept = CatalogueImport(
        id=make_uuid(),
        edition_id=edition.id,
        filename=asked.filename[:200],
        created_by=actor or "",
        entries=[
            {**line, "status": statuses.get(line["row"], "understood")}
            for line in lines
        ],
        findings=found.told(),
        complete=asked.complete,
        edition_changed=edition.changed,
        retired=_retired(found, base, complete=asked.complete) if whole else [],
        understood={
            "columns": found.columns,
            "skipped": found.skipped,
            "decision": found.decision,
        },
    )
    model.Session.add(kept)
    model.Session.flush()
    return kept


def _sheet(asked: Asked) -> Sheet:
    try:
        return files.read(
            asked.content,
            asked.filename,
            tk.config["sonla.catalogue.import_bytes"],
            tk.config["sonla.catalogue.import_rows"],
        )
    except UnreadableError as error:
        raise tk.ValidationError({"upload": [tk._(str(error))]}) from error


def _put_in_order(found: Annex, base: Base, *, whole: bool) -> None:
    """Give each line its place: what the file counts, or its order.

    A file that only amends leaves known entries where they are, and adds below.
    """
    places = [line.data.get("position") for line in found.lines]
    counted = None not in places and len(set(places)) == len(places)
    last = max((one.position for one in base.present.values()), default=0)
    for order, line in enumerate(found.lines, 1):
        entry = base.present.get(line.data["code"])
        if not whole and entry is not None:
            line.data["position"] = entry.position
        elif not whole and base.present:
            last += 1
            line.data["position"] = last
        elif not counted:
            line.data["position"] = order


def _line(line: Line, found: Annex, base: Base, directory: Directory) -> dict[str, Any]:
    """Return what is kept of a line, and note what is wrong with it."""
    entry = base.entry(line.data["code"])
    if line.wish == "retired":
        return _retirement(line, found, entry)
    known.complete(found, line, entry)
    reading = read_fields(line.data, directory, whole=True)
    for name, problem in reading.problems:
        if name == "domain" and line.data.get("domain") in found.unknown_domains:
            continue
        _note(found, line, name, problem.message, problem.params)
    change = "added"
    if entry is not None:
        change = "changed" if known.differs(entry, reading) else "unchanged"
    return {
        "row": line.row,
        "change": change,
        "data": line.data,
        "stamp": stamp(reading),
    }


def _retirement(line: Line, found: Annex, entry: Entry | None) -> dict[str, Any]:
    if entry is None or entry.retired:
        found.blocks(
            line.row, "code", N_("The catalogue has no entry {code} to take out."),
            code=str(line.data["code"])[:64],
        )  # fmt: skip
    data = {name: line.data.get(name) for name in ("code", "title")}
    return {"row": line.row, "change": "retired", "data": data, "stamp": ""}


def _note(
    found: Annex, line: Line, name: str, message: str, params: dict[str, Any]
) -> None:
    columns = {HEADERS.get(name, name)}
    if name == "providers":
        # Without an agency in charge there is none that provides either.
        columns.add(HEADERS["lead_agency"])
    if any(
        one.row == line.row and one.column in columns and one.severity == BLOCKS
        for one in found.faults[-20:]
    ):
        # The reading of the cell has said it already, in the annex's words.
        return
    if message == MISSING and name in header.REQUIRED and name not in line.given:
        found.missing.add(name)
        return
    if name == "providers" and "lead_agency" in found.missing:
        return
    found.blocks(line.row, name, message, **params)


def _missing_columns(found: Annex) -> None:
    """Note once the columns whose want keeps new lines out."""
    rows = [one["row"] for one in found.skipped if one["what"] == "header"]
    for name in header.REQUIRED:
        if name in found.missing:
            found.blocks(
                min(rows, default=None), name, N_("The column {column} is missing."),
                column=HEADERS[name],
            )  # fmt: skip


def _retired(found: Annex, base: Base, *, complete: bool) -> list[dict[str, str]]:
    """Return the entries that a whole catalogue no longer has.

    A replacing edition may be put together of several files: what it has stays.
    """
    named = {str(line.data["code"]) for line in found.lines}
    if not complete:
        named |= base.present.keys()
    return [
        {"code": code, "title": entry.title}
        for code, entry in sorted(base.entries.items())
        if code not in named and not entry.retired
    ]


def stamp(reading: Reading) -> str:
    """Return a text that differs as soon as a reading does."""
    told = [reading.columns, sorted(reading.providers or [])]
    text = json.dumps(told, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
