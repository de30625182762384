"""A workbook to fill in: the table's columns with their rules, and notes on each.

What is filled in here is read without a question: the headers are the titles, codes
are texts that keep their zeros, and Excel itself refuses most wrong values.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.catalogue import register
from ckanext.sonla.catalogue.helpers import sonla_field_rules, sonla_field_type
from ckanext.sonla.shared import workbooks

from . import keys

if TYPE_CHECKING:
    from collections.abc import Callable

# Rows that are prepared; more may be added below.
ROWS = 2000
# Excel takes a list of so many characters in a cell's rule; a longer one needs a sheet.
INLINE = 255
MOST_VALUES = 5000
LONGEST_CELL = 32767
NUMBERS = ("integer", "number", "year")


def workbook(entry: dict[str, Any], table: dict[str, Any]) -> bytes:
    """Return the workbook of an entry's table.

    Args:
        entry: as `sonla_entry_show` gives it.
        table: `{name, title, schema}`.
    """
    target = BytesIO()
    book = workbooks.workbook(target, in_memory=True)
    _Template(book, entry, table).write()
    book.close()
    return target.getvalue()


class _Template:
    def __init__(self, book: Any, entry: dict[str, Any], table: dict[str, Any]) -> None:
        self.book, self.entry, self.table = book, entry, table
        self.fields = table["schema"]["fields"]
        self.head = book.add_format(
            {"bold": True, "bg_color": "#E8EEF4", "border": 1, "text_wrap": True}
        )
        self.needed = book.add_format(
            {"bold": True, "bg_color": "#FBE9B7", "border": 1, "text_wrap": True}
        )
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.lists: list[tuple[str, list[str]]] = []

    def write(self) -> None:
        sheet = self.book.add_worksheet(_sheet_name(self.table["title"]))
        notes = self.book.add_worksheet(tk._("Notes"))
        sheet.freeze_panes(1, 0)
        for at, field in enumerate(self.fields):
            self._column(sheet, at, field)
        self._notes(notes)
        self._values()

    def _column(self, sheet: Any, at: int, field: dict[str, Any]) -> None:
        given = field.get("constraints") or {}
        title = str(field.get("title") or field["name"])
        needed = given.get("required") or field["name"] in keys.names_of(
            self.table["schema"].get("primaryKey")
        )
        sheet.write_string(0, at, title, self.needed if needed else self.head)
        style = {"num_format": _number_format(field)}
        sheet.set_column(
            at, at, max(12, min(40, len(title) + 4)), self.book.add_format(style)
        )
        rule = self._rule(field, given)
        if rule:
            rule |= {
                "ignore_blank": not needed,
                "error_title": title[:32],
                "error_message": "; ".join(self._rules(field))[:255] or title[:255],
            }
            sheet.data_validation(1, at, ROWS, at, rule)

    def _rules(self, field: dict[str, Any]) -> list[str]:
        return sonla_field_rules(field, self.table["schema"])

    def _rule(
        self, field: dict[str, Any], given: dict[str, Any]
    ) -> dict[str, Any] | None:
        """Return what Excel checks of a column."""
        options = [str(one) for one in given.get("enum") or []] or self._listed(field)
        if options:
            if sum(map(len, options)) + len(options) <= INLINE and not any(
                "," in one for one in options
            ):
                return {"validate": "list", "source": options}
            self.lists.append((str(field.get("title") or field["name"]), options))
            column = _letter(len(self.lists) - 1)
            name = tk._("Values").replace("'", "")
            return {
                "validate": "list",
                "source": f"='{name}'!${column}$2:${column}${len(options) + 1}",
            }
        make = _RULES.get(str(field.get("type") or "string"))
        return make(given) if make else None

    def _listed(self, field: dict[str, Any]) -> list[str]:
        """Return the values of the entry's published table that a key leads to."""
        for one in keys.references_of(self.table["schema"]):
            if one.entry and one.fields == (field["name"],):
                return _published(one.entry, one.table, one.targets[0])
        return []

    def _notes(self, sheet: Any) -> None:
        sheet.set_column(0, 1, 26)
        sheet.set_column(2, 2, 18)
        sheet.set_column(3, 4, 50)
        code = f"{self.entry['code']} · {self.entry['title']}"
        sheet.write_string(0, 0, code)
        sheet.write_string(
            1,
            0,
            tk._(
                "Fill in the first sheet from the second row on; leave its first row."
            ),
        )
        heads = (
            tk._("Column"),
            tk._("Name in files"),
            tk._("Type"),
            tk._("Rules"),
            tk._("Meaning"),
        )
        for at, text in enumerate(heads):
            sheet.write_string(3, at, text, self.head)
        for line, field in enumerate(self.fields, start=4):
            cells = (
                str(field.get("title") or field["name"]),
                field["name"],
                sonla_field_type(field.get("type")),
                "; ".join(self._rules(field)),
                str(field.get("description") or ""),
            )
            for at, text in enumerate(cells):
                sheet.write_string(line, at, text, self.wrapped)

    def _values(self) -> None:
        if not self.lists:
            return
        sheet = self.book.add_worksheet(tk._("Values").replace("'", ""))
        for at, (title, options) in enumerate(self.lists):
            sheet.write_string(0, at, title, self.head)
            for line, one in enumerate(options, start=1):
                sheet.write_string(line, at, one)


def _sheet_name(title: str) -> str:
    """Return a title as Excel takes it for a sheet."""
    kept = "".join(" " if one in "[]:*?/\\'" else one for one in title)
    return kept.strip()[:31] or "1"


def _letter(at: int) -> str:
    letters = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _number_format(field: dict[str, Any]) -> str:
    kind = str(field.get("type") or "string")
    known = {"integer": "0", "year": "0", "number": "General", "date": "dd/mm/yyyy",
             "datetime": "dd/mm/yyyy hh:mm:ss", "time": "hh:mm:ss"}  # fmt: skip
    # A text keeps its leading zeros.
    return known.get(kind, "@")


def _between(kind: str) -> Callable[[dict[str, Any]], dict[str, Any] | None]:
    def rule(given: dict[str, Any]) -> dict[str, Any] | None:
        low, high = given.get("minimum"), given.get("maximum")
        if low is None and high is None:
            # Excel has no rule "a number"; any is between these.
            low, high = -(10**12), 10**12
        if low is not None and high is not None:
            return {"validate": kind, **_within(float(low), float(high))}
        if low is not None:
            return {"validate": kind, "criteria": ">=", "value": float(low)}
        most = float(high) if high is not None else 0
        return {"validate": kind, "criteria": "<=", "value": most}

    return rule


def _within(low: float, high: float) -> dict[str, Any]:
    return {"criteria": "between", "minimum": low, "maximum": high}


def _text(given: dict[str, Any]) -> dict[str, Any] | None:
    low, high = given.get("minLength"), given.get("maxLength")
    if low is None and high is None:
        return None
    most = LONGEST_CELL if high is None else high
    return {"validate": "length", **_within(low or 0, most)}


_RULES: dict[str, Callable[[dict[str, Any]], dict[str, Any] | None]] = {
    "integer": _between("integer"),
    "year": _between("integer"),
    "number": _between("decimal"),
    "string": _text,
}


def _published(code: str, table: str, field: str) -> list[str]:
    """Return the values of a field of an entry's tables, as anyone reads them."""
    found: list[str] = []
    for package in register.datasets_of(code):
        if package.private or package.state != "active":
            continue
        for resource in package.resources:
            named = (resource.extras or {}).get("table")
            if named in (table, None, "") or not table:
                found += _values_of(resource, field)
    return sorted(set(found))[:MOST_VALUES]


def _values_of(resource: model.Resource, field: str) -> list[str]:
    try:
        answer = tk.get_action("datastore_search")(
            {"user": "", "ignore_auth": False},
            {"resource_id": resource.id, "fields": [field], "distinct": True,
             "limit": MOST_VALUES, "sort": f'"{field}"'},
        )  # fmt: skip
    except (tk.ObjectNotFound, tk.NotAuthorized, tk.ValidationError):
        return []
    values = (record[field] for record in answer["records"])
    return [str(one) for one in values if one is not None]
