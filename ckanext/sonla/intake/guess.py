"""Types of a table that no Table Schema governs, guessed from all its values.

The first type that every value of a column can be read as. What looks like a code
stays text: leading zeros, a plus sign, and `1.234`, which is two different numbers in
Vietnamese and in English.
"""

from __future__ import annotations

import re
from typing import Any

from psycopg2.sql import SQL, Composable, Literal

from . import columns, staging

SAMPLE_ROWS = 500
COLUMNS_PER_SCAN = 200
AMBIGUOUS = r"^-?[1-9]\d{0,2}[.,]\d{3}$"

# The field that a guess stands for, and the form that every value must have.
GUESSES: tuple[tuple[dict[str, Any], str], ...] = (
    ({"type": "integer"}, r"^-?(0|[1-9]\d{0,17})$"),
    ({"type": "number"}, r"^-?(0|[1-9]\d*)(\.\d+)?$"),
    (
        {"type": "number", "decimalChar": ",", "groupChar": "."},
        r"^-?(0|[1-9]\d*|[1-9]\d{0,2}(\.\d{3})+)(,\d+)?$",
    ),
    ({"type": "date"}, r"^\d{4}-\d\d-\d\d$"),
    ({"type": "date", "format": "%d/%m/%Y"}, r"^\d{1,2}/\d{1,2}/\d{4}$"),
    ({"type": "datetime"}, r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?Z?)?$"),
    (
        {"type": "datetime", "format": "%d/%m/%Y %H:%M:%S"},
        r"^\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d:\d\d$",
    ),
    (
        {
            "type": "boolean",
            "trueValues": ["true", "True", "TRUE"],
            "falseValues": ["false", "False", "FALSE"],
        },
        r"^(true|false|True|False|TRUE|FALSE)$",
    ),
)


def fields_of(cursor: Any, fields: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the fields with the types that all staged values allow."""
    left = _sampled(cursor, len(fields))
    settled: dict[int, int] = {}
    # What the first rows allow is tried on every row, the first guess first.
    while any(left.values()):
        asked = {index: guesses[0] for index, guesses in left.items() if guesses}
        for index, holds in _tried(cursor, asked).items():
            if holds:
                settled[index] = asked[index]
                left[index] = []
            else:
                left[index] = left[index][1:]
    text: dict[str, Any] = {"type": "string"}
    return [
        {**one, **(GUESSES[settled[index]][0] if index in settled else text)}
        for index, one in enumerate(fields)
    ]


def _sampled(cursor: Any, width: int) -> dict[int, list[int]]:
    """Return, for each column, the guesses whose form the first values have."""
    cells = SQL(", ").join(staging.column(index) for index in range(width))
    cursor.execute(
        SQL("SELECT {} FROM {} ORDER BY row_number LIMIT {}").format(
            cells, staging.table(cursor), Literal(SAMPLE_ROWS)
        )
    )
    values = list(zip(*cursor.fetchall(), strict=True))
    return {
        index: [
            guess
            for guess, (_field, form) in enumerate(GUESSES)
            if all(re.match(form, one.strip()) for one in values[index] if one)
        ]
        for index in range(width)
    }


def _tried(cursor: Any, asked: dict[int, int]) -> dict[int, bool]:
    """Return whether every value of a column is what was guessed."""
    found: dict[int, bool] = {}
    indexes = sorted(asked)
    for start in range(0, len(indexes), COLUMNS_PER_SCAN):
        some = indexes[start : start + COLUMNS_PER_SCAN]
        cursor.execute(
            SQL("SELECT {} FROM {}").format(
                SQL(", ").join(_holds(index, asked[index]) for index in some),
                staging.table(cursor),
            )
        )
        found.update(zip(some, cursor.fetchone(), strict=True))
    return found


def _holds(index: int, guess: int) -> Composable:
    """Return SQL for "every value is of this type"; no value at all is of none."""
    field, form = GUESSES[guess]
    text = SQL("btrim({})").format(staging.column(index))
    test = SQL("{} ~ {} AND {} IS NOT NULL").format(
        text, Literal(form), columns.typed(field, text)
    )
    holds = SQL("coalesce(bool_and({}) FILTER (WHERE {} IS NOT NULL), false)").format(
        test, text
    )
    if field["type"] == "number":
        # One value that can only be read in one way makes the others clear.
        holds = SQL(
            "({} AND NOT coalesce(bool_and({} ~ {}) FILTER (WHERE {} ~ '[.,]'), false))"
        ).format(holds, text, Literal(AMBIGUOUS), text)
    return holds
