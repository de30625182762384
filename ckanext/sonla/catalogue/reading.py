"""From the rows of an annex to entries, each fault with its row and column."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from ckanext.sonla.shared.checks import BLOCKS, INFORMS

from . import annex
from .annex import COLUMNS, Column
from .directory import Directory, fold
from .export import unescape
from .msgid import N_

if TYPE_CHECKING:
    from .workbook import Row, Sheet

HEADER_WITHIN = 20
HEADER_LEAST = 3
_CHAPTER = re.compile(r"^(?:[IVXLC]+|[A-Z]|\d+)[.)\s-]+")


@dataclass
class Fault:
    """Something about a line of the file; `message` is an English msgid."""

    row: int | None
    column: str | None
    severity: str
    message: str
    params: dict[str, Any] = field(default_factory=dict)
    value: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return what is stored with the import."""
        return asdict(self)


@dataclass
class Annex:
    """What an annex says: entries by the contract's field names, and faults."""

    lines: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def blocks(
        self, row: int | None, column: str | None, message: str, /, **params: Any
    ) -> None:
        """Note a fault that keeps the file from being confirmed."""
        value = params.get("value")
        self.faults.append(Fault(row, column, BLOCKS, message, params, value))


def read_annex(sheet: Sheet, directory: Directory) -> Annex:
    """Read an annex's rows: the header, headings of domains, the entries."""
    found = Annex()
    for name in sheet.hidden:
        _inform(found, N_("The hidden sheet {sheet} was not read."), sheet=name)
    for name in sheet.others:
        _inform(found, N_("Only the first sheet is read, not {sheet}."), sheet=name)
    header = _header(sheet.rows)
    if header is None:
        found.blocks(None, None, N_("No row of headers was found."))
        return found
    start, columns = header
    _missing(found, columns, sheet.rows[start].number)
    _Lines(found, columns, directory).read(sheet.rows[start + 1 :])
    return found


def _inform(found: Annex, message: str, **params: Any) -> None:
    found.faults.append(Fault(None, None, INFORMS, message, params))


def _header(rows: list[Row]) -> tuple[int, dict[int, Column]] | None:
    """Return the place of the header row, and which cell is which column."""
    for index, row in enumerate(rows[:HEADER_WITHIN]):
        columns = {}
        for number, cell in enumerate(row.cells):
            column = _column(cell)
            if column is not None:
                columns[number] = column
        if len(columns) >= HEADER_LEAST and any(
            one.field == "title" for one in columns.values()
        ):
            return index, columns
    return None


def _column(cell: str) -> Column | None:
    header = fold(cell)
    schema = COLUMNS[-1]
    if re.fullmatch(re.escape(fold(schema.header)) + r" \d+", header):
        return schema
    return next((one for one in COLUMNS if one.is_called(header)), None)


def _missing(found: Annex, columns: dict[int, Column], row: int) -> None:
    present = {one.field for one in columns.values()}
    for column in COLUMNS:
        if column.field in annex.REQUIRED and column.field not in present:
            found.blocks(
                row, column.header, N_("The column {column} is missing."),
                column=column.header,
            )  # fmt: skip
    seen: set[str] = set()
    for column in columns.values():
        if column.field in seen and column.field != "tables":
            found.blocks(
                row, column.header, N_("The column {column} occurs twice."),
                column=column.header,
            )  # fmt: skip
        seen.add(column.field)


class _Lines:
    """Reads the rows under the header, keeping the domain of the last heading."""

    def __init__(
        self, found: Annex, columns: dict[int, Column], directory: Directory
    ) -> None:
        self.found = found
        self.columns = columns
        self.directory = directory
        self.domain = ""
        self.headers = {one.field: one.header for one in columns.values()}

    def read(self, rows: list[Row]) -> None:
        """Read every row that says something."""
        for row in rows:
            if not any(row.cells):
                continue
            if row.wide and self._is_heading(row):
                continue
            self._line(row)

    def _is_heading(self, row: Row) -> bool:
        """Take a lone cell as the domain of what follows, if it is the name of one."""
        text = _CHAPTER.sub("", row.wide)
        for name in (row.wide, text):
            if self.directory.domain_id(re.sub(r"(?i)^lĩnh vực:?\s+", "", name)):
                self.domain = re.sub(r"(?i)^lĩnh vực:?\s+", "", name)
                return True
        return False

    def _line(self, row: Row) -> None:
        cells: dict[str, str] = {}
        for number, column in self.columns.items():
            text = unescape(row.cells[number]) if number < len(row.cells) else ""
            if number in row.formulas:
                self.found.blocks(
                    row.number, column.header,
                    N_("The cell holds a formula; paste its value."),
                    value=text[:200],
                )  # fmt: skip
                text = ""
            cells[column.field] = cells.get(column.field, "") + text
        data = {
            name: value
            for name, text in cells.items()
            if (value := self._value(row.number, name, text)) is not None
        }
        tables = self._tables(row.number, cells)
        if tables is not None:
            data["tables"] = tables
        if "domain" not in data and self.domain:
            data["domain"] = self.domain
        if "providers" not in data and data.get("lead_agency"):
            data["providers"] = self._providers(row.number, data["lead_agency"])
        self.found.lines.append((row.number, data))

    def _value(self, row: int, name: str, text: str) -> Any:
        """Return a cell's value by the contract; None for one that says nothing."""
        if name in ("tables", "fields"):
            return None
        if not text:
            return None
        reader = getattr(self, f"_{name}", None)
        return reader(row, text) if reader else text

    def _listed(self, row: int, name: str, text: str) -> Any:
        value = annex.value_of(name, text)
        if value is None:
            self.found.blocks(
                row, self.headers[name], N_("{value} is not in the list."),
                value=text[:200],
            )  # fmt: skip
        return value

    def _update_cycle(self, row: int, text: str) -> Any:
        return self._listed(row, "update_cycle", text)

    def _content_kind(self, row: int, text: str) -> Any:
        return self._listed(row, "content_kind", text)

    def _priority(self, row: int, text: str) -> Any:
        return self._listed(row, "priority", text)

    def _position(self, _row: int, text: str) -> int | None:
        return int(text) if text.isdecimal() and len(text) < 7 else None  # noqa: PLR2004 - a running number

    def _sharing(self, row: int, text: str) -> list[Any]:
        parts = [part for part in re.split(r"[,;/|\n]", text) if part.strip()]
        values = [self._listed(row, "sharing", part) for part in parts]
        return [one for one in values if one is not None]

    def _publish_by(self, row: int, text: str) -> str | None:
        try:
            return annex.day_of(text).isoformat()
        except ValueError:
            self.found.blocks(
                row, self.headers["publish_by"],
                N_("Write a day, month, quarter or year, such as 30/9/2026."),
                value=text[:200],
            )  # fmt: skip
            return None

    def _providers(self, _row: int, text: str) -> Any:
        kind = annex.value_of("class", text)
        if kind is not None:
            return {"kind": "class", "class": kind}
        if self.directory.agency_id(text):
            return [text]
        return [part.strip() for part in re.split(r"[;\n]", text) if part.strip()]

    def _tables(self, row: int, cells: dict[str, str]) -> Any:
        """Return the tables: their schemas if the file has them, else the fields."""
        text = cells.get("tables", "")
        if text:
            try:
                return json.loads(text)
            except (ValueError, RecursionError):
                self.found.blocks(
                    row, self.headers["tables"], N_("The Table Schema is not JSON.")
                )
                return None
        kind = annex.value_of("content_kind", cells.get("content_kind") or "table")
        fields = cells.get("fields", "")
        if kind == "table" and fields:
            return annex.tables_from_titles(cells.get("title", ""), fields)
        return None
