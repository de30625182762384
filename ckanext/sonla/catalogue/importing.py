"""A file becomes a preview, and a confirmed preview becomes lines of an edition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.model.types import make_uuid
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.checks import BLOCKS

from . import workbook
from .annex import COLUMNS
from .directory import Directory
from .editions import add_entry, fill
from .entry_fields import Reading, read
from .model import CatalogueImport, Edition, Entry
from .msgid import N_
from .reading import Annex, read_annex
from .states import reopen, require_open

if TYPE_CHECKING:
    from .table_schema import Problem

MOST_FAULTS = 1000
HEADERS = {column.field: column.header for column in COLUMNS}


def preview(
    edition: Edition, content: bytes, filename: str, actor: str | None
) -> CatalogueImport:
    """Read a file and keep what it would bring; the edition stays as it is.

    Raises:
        ValidationError: the edition is not open, or the file can't be read at all.
    """
    require_open(edition)
    try:
        sheet = workbook.read(
            content,
            filename,
            tk.config["sonla.catalogue.import_bytes"],
            tk.config["sonla.catalogue.import_rows"],
        )
    except workbook.UnreadableError as error:
        raise tk.ValidationError({"upload": [tk._(str(error))]}) from error
    directory = Directory.read()
    found = read_annex(sheet, directory)
    for order, (_row, data) in enumerate(found.lines, 1):
        data.setdefault("position", order)
    present = _entries_of(edition)
    _give_codes(found, present)
    lines = [
        {
            "row": row,
            "change": _change(data, directory, present, found, row),
            "data": data,
        }
        for row, data in found.lines
    ]
    if not lines and not found.faults:
        found.blocks(None, None, N_("The file has no entries."))
    kept = CatalogueImport(
        id=make_uuid(),
        edition_id=edition.id,
        filename=filename[:200],
        created_by=actor or "",
        entries=lines,
        findings=[one.as_dict() for one in found.faults[:MOST_FAULTS]],
    )
    model.Session.add(kept)
    model.Session.flush()
    return kept


def _entries_of(edition: Edition) -> dict[str, Entry]:
    return {
        entry.code: entry
        for entry in model.Session.scalars(
            sa.select(Entry).where(Entry.edition_id == edition.id)
        )
    }


def _give_codes(found: Annex, present: dict[str, Entry]) -> None:
    """Number the lines of an annex without codes; find codes that occur twice."""
    prefix = tk.config["sonla.catalogue.code_prefix"]
    taken = {code.casefold() for code in present}
    taken |= {str(data.get("code", "")).casefold() for _row, data in found.lines}
    by_title = {entry.title: code for code, entry in present.items()}
    seen: dict[str, int] = {}
    number = 0
    for row, data in found.lines:
        if not data.get("code"):
            code = by_title.get(str(data.get("title")))
            while code is None:
                number += 1
                proposed = f"{prefix}-{number:04}"
                code = None if proposed.casefold() in taken else proposed
            taken.add(code.casefold())
            data["code"] = code
        key = data["code"].casefold()
        if key in seen:
            found.blocks(
                row, HEADERS["code"], N_("The code {code} is in row {other} already."),
                code=data["code"][:64], other=seen[key], value=data["code"][:64],
            )  # fmt: skip
        seen.setdefault(key, row)


def _change(
    data: dict[str, Any],
    directory: Directory,
    present: dict[str, Entry],
    found: Annex,
    row: int,
) -> str:
    """Return what a line does to the edition, and note what is wrong with it."""
    entry = present.get(data["code"])
    reading = read(data, directory, whole=True)
    for name, problem in reading.problems:
        _note(found, row, name, problem)
    if entry is None:
        return "added"
    return "changed" if _differs(entry, reading) else "unchanged"


def _note(found: Annex, row: int, name: str, problem: Problem) -> None:
    header = HEADERS.get(name, name)
    if any(one.row == row and one.column == header for one in found.faults):
        # The reading of the cell has said it already, in the annex's words.
        return
    found.blocks(row, header, problem.message, **problem.params)


def _differs(entry: Entry, reading: Reading) -> bool:
    if entry.retired:
        return True
    named = {one.agency_id for one in entry.providers}
    return (reading.providers is not None and set(reading.providers) != named) or any(
        getattr(entry, name) != value for name, value in reading.columns.items()
    )


def is_good(kept: CatalogueImport) -> bool:
    """Tell whether nothing that was found blocks an import."""
    return not any(one["severity"] == BLOCKS for one in kept.findings)


def confirm(kept: CatalogueImport, edition: Edition, actor: str | None) -> None:
    """Bring what was previewed into the edition, all of it or nothing.

    Agencies and domains are looked up again: they may have changed since.

    Raises:
        ValidationError: there are findings that block, it was confirmed already, or
            the edition is not open any more.
    """
    if kept.confirmed:
        raise _refused(tk._("This import has been confirmed already."))
    if not is_good(kept):
        raise _refused(tk._("The file has errors: correct it and import it again."))
    reopen(edition, actor)
    directory = Directory.read()
    present = _entries_of(edition)
    for line in kept.entries:
        reading = read(line["data"], directory, whole=True)
        if reading.problems:
            raise _refused(
                tk._("Row {row} no longer fits: import the file again.").format(
                    row=line["row"]
                )
            )
        entry = present.get(line["data"]["code"])
        if entry is None:
            add_entry(edition, reading)
        elif _differs(entry, reading):
            fill(entry, reading)
            entry.retired = False
            entry.change = "added" if entry.change == "added" else "changed"
    kept.confirmed = clock.now()
    model.Session.flush()


def _refused(message: str) -> tk.ValidationError:
    return tk.ValidationError({"import_id": [message]})
