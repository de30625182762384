"""XLSX workbooks as people see them: the first visible sheet, merged cells spread."""

from __future__ import annotations

import io
from typing import Any

import python_calamine as calamine

from ckanext.sonla.shared.msgid import N_

from .parts import Bounds, Container, Facts, Part, broken
from .sheet import MOST_COLUMNS, Row, Sheet, UnreadableError, text_of

# The sheet in which an export keeps the tables' rules, beside the annex.
SCHEMAS = "Table Schema"
# Merged cells that don't overlap can't cover more: the rows, over some columns.
MOST_SPREAD = 500_000
_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def read(content: bytes, most_bytes: int, most_rows: int) -> Sheet:
    """Read an XLSX.

    Raises:
        UnreadableError: with the reason.
    """
    if content.startswith(_OLE):
        raise UnreadableError(
            N_("The workbook is protected by a password: save it without one.")
            if _ENCRYPTED in content
            else N_("This is an old XLS file: save it as XLSX.")
        )
    container = Container(content, most_bytes)
    parts = container.sheets()
    visible = [one for one in parts if one.visible and "worksheet" in one.path]
    if not visible:
        raise UnreadableError(N_("The workbook has no visible sheet."))
    schemas = [one for one in visible[1:] if one.name == SCHEMAS]
    first, facts = _first_filled(container, visible, most_rows)
    sheet = Sheet(
        _rows(content, first, facts),
        hidden=[one.name for one in parts if not one.visible],
        others=[one.name for one in visible if one not in (first, *schemas)],
        hidden_columns=facts.hidden_columns & set(range(facts.last_column + 1)),
        macros=container.macros,
        links=container.links,
    )
    if schemas:
        told = container.facts(schemas[0], most_rows * 10)
        sheet.schemas = _rows(content, schemas[0], told)
    return sheet


def _first_filled(
    container: Container, visible: list[Part], most_rows: int
) -> tuple[Part, Facts]:
    """Return the first sheet that isn't empty; the first of all when every one is."""
    for part in visible:
        facts = container.facts(part, most_rows)
        if facts.rows:
            return part, facts
    return visible[0], Facts()


def _rows(content: bytes, part: Part, facts: Facts) -> list[Row]:
    if not facts.rows:
        return []
    rows = [
        Row(
            number,
            [text_of(value) for value in values[:MOST_COLUMNS]],
            computed=facts.computed.get(number, set()),
            formulas=facts.formulas.get(number, set()),
            hidden=number in facts.hidden_rows,
        )
        for number, values in enumerate(_values(content, part.name), 1)
    ]
    spread = 0
    for bounds in facts.merged:
        spread += max(0, min(bounds[3], len(rows)) - bounds[1])
        if spread > MOST_SPREAD:
            raise UnreadableError(N_("The workbook's merged cells overlap."))
        _spread(rows, bounds)
    return rows


def _values(content: bytes, name: str) -> list[list[Any]]:
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        return book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except calamine.PasswordError as error:
        raise UnreadableError(
            N_("The workbook is protected by a password: save it without one.")
        ) from error
    except (calamine.CalamineError, ValueError, OSError) as error:
        raise broken() from error
    except BaseException as error:
        # The reader is written in Rust, and its panics are no `Exception`.
        if type(error).__name__ == "PanicException":
            raise broken() from error
        raise


def _spread(rows: list[Row], bounds: Bounds) -> None:
    """Note a cell merged to the right; give one merged downwards to the rows below."""
    left, top, right, bottom = bounds
    if left >= MOST_COLUMNS or top > len(rows):
        return
    text = rows[top - 1].cell(left)
    for row in rows[top - 1 : bottom]:
        row.cells += [""] * (left + 1 - len(row.cells))
        if right > left:
            row.spans[left] = min(right, MOST_COLUMNS - 1)
        if row.number > top:
            row.cells[left] = text
            row.copied.add(left)
