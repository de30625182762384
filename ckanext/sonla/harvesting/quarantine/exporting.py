"""The rows that wait, as a workbook that the agency corrects and sends back."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.harvesting import sources
from ckanext.sonla.harvesting.runs import showing, states
from ckanext.sonla.harvesting.runs.model import QuarantinedRow
from ckanext.sonla.harvesting.standing import terms
from ckanext.sonla.shared.workbooks import workbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a corrected row is known by again; the table's own columns never begin so.
ID = "_id"
MOST = 100_000
_WIDE = 28


def waiting(source_id: str) -> list[QuarantinedRow]:
    """Return the rows of a source that wait to be corrected, in their order."""
    return list(
        model.Session.scalars(
            sa.select(QuarantinedRow)
            .where(
                QuarantinedRow.source_id == source_id,
                QuarantinedRow.state == states.OPEN_ROW,
            )
            .order_by(QuarantinedRow.run_id, QuarantinedRow.row)
            .limit(MOST)
        )
    )


def columns_of(source_id: str, rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the columns of rows, in the table's order and what else they have behind.

    Args:
        source_id: of the source.
        rows: as `sonla_quarantine_list` tells them.
    """
    had = dict.fromkeys(name for one in rows for name in one["cells"])
    schema = terms.schema_of(sources.source_of(source_id).config) or {}
    known = [one["name"] for one in schema.get("fields", ()) if one["name"] in had]
    return list(dict.fromkeys([*known, *had]))


def exported(source_id: str, rows: Iterable[QuarantinedRow]) -> bytes:
    """Return rows as XLSX: which row, what is wrong with it, and its cells as text."""
    found = [showing.quarantined(one) for one in rows]
    columns = columns_of(source_id, found)
    written = io.BytesIO()
    with workbook(written, in_memory=True) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        text = book.add_format({"num_format": "@", "text_wrap": True})
        wrong = book.add_format({"num_format": "@", "bg_color": "#FDEEEC"})
        head = [ID, tk._("Page"), tk._("Row"), tk._("What is wrong"), *columns]
        sheet.write_row(0, 0, head, bold)
        sheet.freeze_panes(1, 4)
        sheet.set_column(3, 3 + len(columns), _WIDE)
        for place, one in enumerate(found, start=1):
            sheet.write_row(place, 0, [one["id"], one["page"], one["row"]])
            told = " ".join(each["sentence"] for each in one["findings"])
            sheet.write_string(place, 3, told or one["message"], text)
            bad = {each["column"] for each in one["findings"]}
            for at, name in enumerate(columns, start=4):
                form = wrong if name in bad else text
                sheet.write_string(place, at, _cell(one["cells"].get(name)), form)
    return written.getvalue()


def _cell(value: Any) -> str:
    # A cell of a workbook holds so many characters.
    return "" if value is None else str(value)[:32_767]
