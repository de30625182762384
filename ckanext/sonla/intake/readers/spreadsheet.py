"""XLSX, XLS and ODS: the stored values; no formula is ever calculated here."""

from __future__ import annotations

import itertools
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import python_calamine as calamine

from ckanext.sonla.intake import heads
from ckanext.sonla.intake.names import folded
from ckanext.sonla.intake.problems import Unreadable
from ckanext.sonla.shared.findings import BLOCKS, INFORMS, Finding
from ckanext.sonla.shared.msgid import N_

from . import open_document, package, text
from .table import Cell, RawTable, Row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ckanext.sonla.intake.heads import Wanted
    from ckanext.sonla.intake.limits import Limits

    from .asked import Asked

DAY = 86400


def read(path: Path, kind: str, limits: Limits, asked: Asked) -> RawTable:
    """Read one sheet.

    It is the one that was chosen, or is called like the table, or names most of its
    columns; without a Table Schema the first visible one that isn't empty.

    Args:
        kind: `XLSX`, `XLS` or `ODS`.

    Raises:
        Unreadable: for a damaged, protected or too large file, and where only the
            officer can say which sheet it is.
    """
    notes: list[Finding] = []
    if kind != "XLS":
        package.check_size(path, limits)
    if kind == "ODS":
        package.check_repeated(path)
    if kind == "XLSX":
        notes.extend(package.check_parts(path))
    book = _open(path)
    name = _chosen(book, path, kind, asked)
    facts = _facts(path, kind, name)
    table = _table(book, name, path, kind)
    table.notes = [*notes, *_notes(name, facts)]
    others = [one for one in table.sheets if one != name]
    if others:
        table.notes.append(_other_sheets(name, others))
    return table


def _facts(path: Path, kind: str, name: str) -> package.SheetFacts | None:
    facts = package.sheet_facts(path, name) if kind == "XLSX" else None
    if facts:
        package.check_area(facts.last_row, facts.last_column)
    return facts


def _table(
    book: calamine.CalamineWorkbook, name: str, path: Path, kind: str
) -> RawTable:
    sheet = _sheet(book, name)
    first_column = sheet.start[1] if sheet.start else 0
    if kind == "ODS":
        merged = open_document.merged(path, name)
    else:
        merged = [(*one, *two) for one, two in sheet.merged_cell_ranges or []]
    return RawTable(
        _rows(sheet),
        typed=True,
        sheet=name,
        sheets=_visible(book),
        merged=[
            (top, left - first_column, bottom, right - first_column)
            for top, left, bottom, right in merged
            if left >= first_column
        ],
        first_column=first_column,
    )


def _chosen(
    book: calamine.CalamineWorkbook, path: Path, kind: str, asked: Asked
) -> str:
    """Return the name of the sheet that is the table."""
    visible = _visible(book)
    if not visible:
        raise Unreadable("empty", N_("The file is empty."))
    if asked.sheet is not None:
        found = [name for name in visible if folded(name) == folded(asked.sheet)]
        if not found:
            raise Unreadable(
                "sheet.missing",
                N_("There is no sheet {sheet}. Choose one of these: {others}."),
                params={"sheet": asked.sheet, "others": ", ".join(visible)},
                known={"sheets": visible},
            )
        return found[0]
    named = [
        name
        for called in asked.names
        for name in visible
        if folded(name) == folded(called)
    ]
    if named or len(visible) == 1:
        return (named or visible)[0]
    if asked.wanted is None:
        return _first_filled(book, path, kind, visible)
    return _best(book, path, kind, visible, asked.wanted)


def _first_filled(
    book: calamine.CalamineWorkbook, path: Path, kind: str, visible: list[str]
) -> str:
    for name in visible:
        _facts(path, kind, name)
        if _sheet(book, name).height:
            return name
    return visible[0]


def _best(
    book: calamine.CalamineWorkbook,
    path: Path,
    kind: str,
    visible: list[str],
    wanted: Wanted,
) -> str:
    """Return the sheet whose header names most fields.

    Raises:
        Unreadable: when several do equally.
    """
    fits: dict[str, int] = {}
    for name in visible:
        _facts(path, kind, name)
        table = _table(book, name, path, kind)
        rows = list(itertools.islice(table.rows, heads.HEADER_ROWS * 4))
        if any(heads.filled(row) for row in rows):
            head = heads.found(rows, table.merged, wanted)
            fits[name] = len(heads.matched(head, wanted))
    best = max(fits.values(), default=0)
    equal = [name for name, fit in fits.items() if fit == best]
    if best and len(equal) > 1:
        raise Unreadable(
            "sheet.several",
            N_("Several sheets fit the table: {sheets}. Choose the one to be read."),
            params={"sheets": ", ".join(equal)},
            known={"sheets": visible},
        )
    return equal[0] if equal else visible[0]


def _open(path: Path) -> calamine.CalamineWorkbook:
    try:
        return calamine.CalamineWorkbook.from_path(str(path))
    except calamine.PasswordError as error:
        raise Unreadable(
            "protected", N_("The spreadsheet is protected by a password.")
        ) from error
    except (calamine.CalamineError, OSError) as error:
        raise _broken() from error
    except BaseException as error:
        raise _judged(error) from error


def _sheet(book: calamine.CalamineWorkbook, name: str) -> calamine.CalamineSheet:
    try:
        return book.get_sheet_by_name(name)
    except calamine.CalamineError as error:
        raise _broken() from error
    except BaseException as error:
        raise _judged(error) from error


def _judged(error: BaseException) -> BaseException:
    """Return what a panic of the reader means; other exceptions stay as they are.

    The reader is written in Rust, and its panics are no `Exception`.
    """
    return _broken() if type(error).__name__ == "PanicException" else error


def _broken() -> Unreadable:
    return Unreadable("broken", N_("The file is no spreadsheet, or a damaged one."))


def _visible(book: calamine.CalamineWorkbook) -> list[str]:
    return [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.visible == calamine.SheetVisibleEnum.Visible
        and sheet.typ == calamine.SheetTypeEnum.WorkSheet
    ]


def _notes(sheet: str, facts: package.SheetFacts | None) -> list[Finding]:
    if facts is None:
        return []
    notes = []
    if facts.uncalculated:
        notes.append(
            Finding(
                "formula",
                BLOCKS,
                N_(
                    "Formulas without a stored value, the first in cell {cell} of "
                    "sheet "
                    "{sheet}. Open the file in a spreadsheet program, save it and "
                    "upload "
                    "it again."
                ),
                {"cell": facts.first_uncalculated, "sheet": sheet},
                count=facts.uncalculated,
            )
        )
    elif facts.formulas:
        notes.append(
            Finding(
                "formula",
                INFORMS,
                N_(
                    "{count} cells of sheet {sheet} are formulas: their stored "
                    "values were "
                    "read, nothing was calculated."
                ),
                {"count": facts.formulas, "sheet": sheet},
            )
        )
    if facts.errors:
        notes.append(
            Finding(
                "spreadsheet_error",
                BLOCKS,
                N_(
                    "{count} cells of sheet {sheet} hold an error such as #N/A "
                    "instead of "
                    "a value."
                ),
                {"count": facts.errors, "sheet": sheet},
                count=facts.errors,
            )
        )
    return notes


def _other_sheets(sheet: str, others: list[str]) -> Finding:
    return Finding(
        "sheets",
        INFORMS,
        N_("Sheet {sheet} was read; these were not: {others}."),
        {"sheet": sheet, "others": ", ".join(others)},
    )


def _rows(sheet: calamine.CalamineSheet) -> Iterator[Row]:
    for row in sheet.iter_rows():
        yield [_cell(value) for value in row]


def _cell(value: Any) -> Cell:
    kind = type(value)
    if kind is str:
        return text.normalized(value)
    if kind is float:
        return int(value) if value.is_integer() and abs(value) < 1e15 else value  # noqa: PLR2004 - a float's exact integers
    if kind is timedelta:
        return _duration(value)
    if kind is datetime and value.time() == time():
        return value.date()
    return value


def _duration(value: timedelta) -> Cell:
    """Return a duration of less than a day as the time of day that it mostly is."""
    minutes, seconds = divmod(int(value.total_seconds()), 60)
    if 0 <= minutes < DAY // 60:
        return time(minutes // 60, minutes % 60, seconds)
    return str(value)
