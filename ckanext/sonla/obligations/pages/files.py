"""The list of obligations as CSV and as a workbook, as the reader may see it."""

from __future__ import annotations

import csv
import io
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.obligations import listing
from ckanext.sonla.shared.workbooks import workbook

from . import lines, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .filters import Filters

_SPOOLED = 5 * 1024 * 1024
# A text that a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _columns() -> list[tuple[str, Any]]:
    """Return title and value of each column."""
    return [
        (tk._("Agency"), lambda one: one["agency_title"] or one["agency"]),
        (tk._("Code of the agency"), lambda one: one["agency"]),
        (tk._("Entry"), lambda one: one["entry"]),
        (tk._("Name of the entry"), lambda one: one["entry_title"]),
        (tk._("Domain"), lambda one: one["domain_title"] or ""),
        (tk._("What is owed"), lambda one: words.kind_name(one["kind"])),
        (tk._("Data period"), lambda one: one["period"]),
        (tk._("Target"), lambda one: words.day_of(one["target"])),
        (tk._("Due"), lambda one: words.day_of(one["due"])),
        (tk._("Status"), lambda one: words.status_name(one["status"])),
        (tk._("Approved at"), lambda one: one["met_at"] or ""),
        (tk._("Days with the officer"), lambda one: one["officer_days"]),
        (tk._("Days with the leader"), lambda one: one["leader_days"]),
        (tk._("Reason"), _reason),
    ]


def _reason(one: dict[str, Any]) -> str:
    ended = one["excused"] or one["closed"]
    return ended["reason"] if ended else ""


def _lines(user: str, wanted: Filters) -> Iterator[dict[str, Any]]:
    reader = listing.Reader(user)
    return lines.stream(reader, lines.query(reader, wanted))


def as_csv(user: str, wanted: Filters) -> bytes:
    """Return the list as CSV in UTF-8 with a mark, so that spreadsheets know it."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    columns = _columns()
    writer.writerow([title for title, _ in columns])
    for one in _lines(user, wanted):
        writer.writerow([_plain(value(one)) for _, value in columns])
    return target.getvalue().encode("utf-8-sig")


def _plain(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value


def as_workbook(user: str, wanted: Filters) -> bytes:
    """Return the list as a workbook of one sheet."""
    with SpooledTemporaryFile(_SPOOLED) as target:
        book = workbook(target, constant_memory=True, default_date_format="dd/mm/yyyy")
        sheet = book.add_worksheet(tk._("Obligations"))
        columns = _columns()
        bold = book.add_format({"bold": True})
        for place, (title, _) in enumerate(columns):
            sheet.write_string(0, place, title, bold)
        sheet.freeze_panes(1, 0)
        for number, one in enumerate(_lines(user, wanted), start=1):
            for place, (_, value) in enumerate(columns):
                _write(sheet, number, place, value(one))
        book.close()
        target.seek(0)
        return target.read()


def _write(sheet: Any, row: int, column: int, value: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, str):
        sheet.write_string(row, column, value)
    else:
        sheet.write(row, column, value)
