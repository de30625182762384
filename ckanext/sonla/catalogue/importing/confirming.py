"""A confirmed preview becomes lines of its edition: what was shown, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.catalogue.directory import Directory
from ckanext.sonla.catalogue.editions import add_entry, fill
from ckanext.sonla.catalogue.entry_fields import read
from ckanext.sonla.catalogue.states import reopen, require_open
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.checks import BLOCKS

from .base import Base, differs
from .preview import stamp

if TYPE_CHECKING:
    from ckanext.sonla.catalogue.model import CatalogueImport, Edition, Entry


def is_good(kept: CatalogueImport) -> bool:
    """Tell whether nothing that was found blocks an import."""
    return not any(one["severity"] == BLOCKS for one in kept.findings)


def confirm(kept: CatalogueImport, edition: Edition, actor: str | None) -> None:
    """Bring what was previewed into the edition, all of it or nothing.

    The edition, and what agencies and domains are called, must be as they were when
    the file was read; else the operator would confirm what she never saw.

    Raises:
        ValidationError: there are findings that block, it was confirmed already, the
            edition is not open any more, or something has changed since.
    """
    _check(kept, edition)
    reopen(edition, actor)
    present = Base.read(edition).present
    directory = Directory.read()
    for line in kept.entries:
        _put(line, edition, present.get(line["data"]["code"]), directory)
    for told in kept.retired if kept.complete else []:
        if (entry := present.get(told["code"])) is not None:
            _take_out(entry)
    kept.confirmed = clock.now()
    model.Session.flush()


def _check(kept: CatalogueImport, edition: Edition) -> None:
    """Refuse what can't be confirmed, or no longer."""
    if kept.confirmed:
        raise _refused(tk._("This import has been confirmed already."))
    if not is_good(kept):
        raise _refused(tk._("The file has errors: correct it and import it again."))
    require_open(edition)
    if kept.edition_changed != edition.changed:
        raise _refused(
            tk._("The edition was changed after this preview: import the file again.")
        )


def _put(
    line: dict[str, Any], edition: Edition, entry: Entry | None, directory: Directory
) -> None:
    """Bring one line into the edition, if it still reads as it did."""
    if line["change"] == "retired":
        if entry is not None:
            _take_out(entry)
        return
    reading = read(line["data"], directory, whole=True)
    if reading.problems or stamp(reading) != line["stamp"]:
        raise _refused(
            tk._("Row {row} no longer fits: import the file again.").format(
                row=line["row"]
            )
        )
    if entry is None:
        add_entry(edition, reading)
    elif differs(entry, reading):
        fill(entry, reading)
        entry.retired = False
        entry.change = "added" if entry.change == "added" else "changed"


def _take_out(entry: Entry) -> None:
    """Retire an entry; one that came with this very edition just goes."""
    if entry.change == "added":
        model.Session.delete(entry)
        return
    entry.change = "retired"
    entry.retired = True


def _refused(message: str) -> tk.ValidationError:
    return tk.ValidationError({"import_id": [message]})
