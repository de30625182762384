"""Types of a table that no Table Schema governs, guessed from all its values.

The first type that every value of a column can be read as. What looks like a code
stays text: leading zeros, a plus sign, and `1.234`, which is two different numbers in
Vietnamese and in English.
"""

from __future__ import annotations

from typing import Any

from psycopg2.sql import SQL, Composable, Literal

from . import columns, staging

SAMPLE_ROWS = 2000
COLUMNS_PER_SCAN = 100
DIGITS = r"^-?(0|[1-9]\d{0,17})$"
POINT = r"^-?(0|[1-9]\d*)(\.\d+)?$"
COMMA = r"^-?(0|[1-9]\d*|[1-9]\d{0,2}(\.\d{3})+)(,\d+)?$"
AMBIGUOUS = r"^-?[1-9]\d{0,2}[.,]\d{3}$"

# The field that a guess stands for, and the form that all values must have.
Guess = tuple[dict[str, Any], str | None]
GUESSES: tuple[Guess, ...] = (
    ({"type": "integer"}, DIGITS),
    ({"type": "number"}, POINT),
    ({"type": "number", "decimalChar": ",", "groupChar": "."}, COMMA),
    ({"type": "date"}, None),
    ({"type": "date", "format": "%d/%m/%Y"}, None),
    ({"type": "datetime"}, None),
    ({"type": "datetime", "format": "%d/%m/%Y %H:%M:%S"}, None),
    (
        {
            "type": "boolean",
            "trueValues": ["true", "True", "TRUE"],
            "falseValues": ["false", "False", "FALSE"],
        },
        None,
    ),
)


def fields_of(cursor: Any, fields: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the fields with the types that all staged values allow."""
    left = {
        index: list(range(len(GUESSES))) for index in range(len(fields))
    }
    _narrow(cursor, left, SQL("pg_temp.sonla_staging"), only_first=False, sample=True)
    # What the sample allows is tried on every row, the first guess first.
    open_ones = {index: guesses for index, guesses in left.items() if guesses}
    settled: dict[int, int] = {}
    while open_ones:
        asked = {index: guesses[:1] for index, guesses in open_ones.items()}
        held = {index: list(guesses) for index, guesses in asked.items()}
        _narrow(cursor, held, SQL("pg_temp.sonla_staging"), only_first=True, sample=False)
        for index in list(open_ones):
            if held[index]:
                settled[index] = held[index][0]
                del open_ones[index]
            else:
                open_ones[index] = open_ones[index][1:]
                if not open_ones[index]:
                    del open_ones[index]
    return [
        {**one, **(GUESSES[settled[index]][0] if index in settled else {"type": "string"})}
        for index, one in enumerate(fields)
    ]


def _narrow(
    cursor: Any,
    left: dict[int, list[int]],
    source: Composable,
    *,
    only_first: bool,
    sample: bool,
) -> None:
    """Keep, for each column, the guesses that hold for the rows looked at."""
    if sample:
        source = SQL("(SELECT * FROM {} ORDER BY row_number LIMIT {}) s").format(
            source, Literal(SAMPLE_ROWS)
        )
    indexes = sorted(left)
    for start in range(0, len(indexes), COLUMNS_PER_SCAN):
        some = indexes[start : start + COLUMNS_PER_SCAN]
        asked = [(index, guess) for index in some for guess in left[index]]
        if not asked:
            continue
        cursor.execute(
            SQL("SELECT {} FROM {}").format(
                SQL(", ").join(_holds(index, guess) for index, guess in asked), source
            )
        )
        answers = dict(zip(asked, cursor.fetchone(), strict=True))
        for index in some:
            left[index] = [one for one in left[index] if answers[index, one]]
            if only_first:
                left[index] = left[index][:1]


def _holds(index: int, guess: int) -> Composable:
    """Return SQL for "every value is of this type"; no value at all is of none."""
    field, form = GUESSES[guess]
    text = staging.column(index)
    test: Composable = SQL("{} IS NOT NULL").format(columns.typed(field, text))
    if form is not None:
        test = SQL("{} AND {} ~ {}").format(test, text, Literal(form))
    holds = SQL("coalesce(bool_and({}) FILTER (WHERE {} IS NOT NULL), false)").format(
        test, text
    )
    if field["type"] == "number":
        # One value that can only be read in one way makes the others clear.
        holds = SQL(
            "({} AND NOT coalesce(bool_and({} ~ {}) FILTER (WHERE {} ~ '[.,]'), false))"
        ).format(holds, text, Literal(AMBIGUOUS), text)
    return holds
