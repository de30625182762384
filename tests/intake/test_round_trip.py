"""What is read equals what was written, whatever it was."""

from __future__ import annotations

import csv
import io
import json
import unicodedata

import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ckanext.sonla.intake.choice import Choice

# A last row with nothing but a star in it is a note, unless every row is asked for.
EVERY_ROW = Choice(whole=True)
# What text files can't hold: control characters and lone halves of a character.
CELL = st.text(
    st.characters(
        exclude_categories=("Cc", "Cs"), exclude_characters="\u2028\u2029\ufeff"
    )
    | st.sampled_from("\n\t,;\"'\\ \u0301ảđ"),
    max_size=12,
)
TABLE = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.lists(CELL, min_size=width, max_size=width).filter(any),
        min_size=1,
        max_size=6,
    )
)
SOME = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def schema_of(width: int) -> dict:
    return {"fields": [{"name": f"cột {n}", "type": "string"} for n in range(width)]}


def expected(table: list[list[str]]) -> list[dict]:
    return [
        {
            f"cột {n}": unicodedata.normalize("NFC", cell) or None
            for n, cell in enumerate(line)
        }
        for line in table
    ]


@SOME
@given(
    TABLE, st.sampled_from(",;\t|"), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])
)
def test_text_cells_of_a_csv_come_back_as_they_were(
    load, rows, table, delimiter, encoding
):
    out = io.StringIO()
    writer = csv.writer(
        out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n"
    )
    width = len(table[0])
    writer.writerow([f"cột {n}" for n in range(width)])
    writer.writerows(table)
    kind = "TSV" if delimiter == "\t" else "CSV"
    result = load(
        out.getvalue().encode(encoding), kind, schema_of(width), choice=EVERY_ROW
    )
    assert rows(result) == expected(table)


@SOME
@given(TABLE)
def test_text_cells_of_a_json_file_come_back_as_they_were(load, rows, table):
    width = len(table[0])
    objects = [{f"cột {n}": cell for n, cell in enumerate(line)} for line in table]
    result = load(
        json.dumps(objects).encode(), "JSON", schema_of(width), choice=EVERY_ROW
    )
    assert rows(result) == expected(table)


@SOME
@given(
    st.lists(
        st.tuples(st.integers(-(10**14), 10**14), st.floats(-1e12, 1e12)),
        min_size=1,
        max_size=6,
    )
)
def test_numbers_of_a_spreadsheet_come_back_as_they_were(load, rows, table):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["a", "b"])
    for at, line in enumerate(table, start=1):
        sheet.write_row(at, 0, line)
    book.close()
    schema = {
        "fields": [
            {"name": "a", "type": "integer"},
            {"name": "b", "type": "number", "decimalChar": ","},
        ]
    }
    read = rows(load(out.getvalue(), "XLSX", schema))
    # The writer keeps sixteen digits of a float.
    assert [(row["a"], float(row["b"])) for row in read] == [
        (whole, float(f"{real:.16G}")) for whole, real in table
    ]
