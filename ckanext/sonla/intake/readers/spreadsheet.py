"""XLSX, XLS and ODS: the stored values; no formula is ever calculated here."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import python_calamine as calamine

from ckanext.sonla.intake.names import folded
from ckanext.sonla.intake.problems import Unreadable
from ckanext.sonla.shared.checks import BLOCKS, INFORMS, Finding
from ckanext.sonla.shared.msgid import N_

from . import package, text
from .table import Cell, RawTable, Row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ckanext.sonla.intake.limits import Limits

DAY = 86400


def read(path: Path, kind: str, limits: Limits, names: list[str]) -> RawTable:
    """Read one sheet.

    Args:
        kind: `XLSX`, `XLS` or `ODS`.
        names: names that the sheet may have; without such a sheet, the first visible
            one that isn't empty.

    Raises:
        Unreadable: for a damaged, protected or too large file.
    """
    if kind != "XLS":
        package.check_size(path, limits)
    if kind == "ODS":
        package.check_repeated(path)
    book = _open(path)
    notes: list[Finding] = []
    sheet = None
    for name in _candidates(book, names):
        facts = package.sheet_facts(path, name) if kind == "XLSX" else None
        if facts:
            package.check_area(facts.last_row, facts.last_column)
        sheet = _sheet(book, name)
        if sheet.height:
            notes = _notes(name, facts)
            break
    if sheet is None:
        raise Unreadable("empty", N_("The file is empty."))
    others = [name for name in _visible(book) if name != sheet.name]
    if others:
        notes.append(_other_sheets(sheet.name, others))
    return RawTable(_rows(sheet), typed=True, notes=notes)


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


def _candidates(book: calamine.CalamineWorkbook, names: list[str]) -> list[str]:
    wanted = {folded(name) for name in names}
    visible = _visible(book)
    return [name for name in visible if folded(name) in wanted] or visible


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
