"""Values that are written as PostgreSQL itself writes their type: read without a regex.

Most values of most files are: `12`, `3.50`, `2026-09-30`. Casting one and writing it
back costs a fraction of a regular expression, and if the same text comes back, the
value is what it says. A cast stops the statement at the first text that is none at
all; whoever scans by these expressions then scans again by the exact ones.
"""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING, Any

from psycopg2.sql import SQL, Composable, Literal

from . import columns

if TYPE_CHECKING:
    from collections.abc import Callable

# How the casts read and write days while a scan runs: 30/09/2026 is in September.
DATE_STYLE = "ISO, DMY"
_WRITTEN = {"%d/%m/%Y": "DD/MM/YYYY", "%d-%m-%Y": "DD-MM-YYYY"}
_DAY, _MOMENT = 10, 19
MOST_PARTS = 4
_SIGNS = {
    "[0-9]": string.digits,
    r"\d": string.digits,
    "[A-Z]": string.ascii_uppercase,
    "[a-z]": string.ascii_lowercase,
}
_PART = re.compile(
    r"([A-Za-z0-9_/-]+)(?![{*+?])|(\[0-9\]|\\d|\[A-Z\]|\[a-z\])(\{\d+\})?"
)

Read = tuple[Composable, Composable]


def typed(field: dict[str, Any], text: Composable, exact: Composable) -> Composable:
    """Return SQL that reads a text; it may raise where `exact` gives NULL.

    Args:
        field: the column's field of the Table Schema.
        text: SQL of the value as text.
        exact: SQL of the typed value, as `columns.typed` gives it.
    """
    found = reading(field, text)
    if found is None:
        return exact
    cast, test = found
    return SQL("CASE WHEN {} THEN {} ELSE {} END").format(test, cast, exact)


def reading(field: dict[str, Any], text: Composable) -> Read | None:
    """Return SQL of a text's cast, and a test that holds where it may be believed.

    Both may raise. None for a field that has no quick reading.
    """
    read = _READERS.get(columns.kind_of(field))
    return read(field, text) if read else None


def code(pattern: str, text: Composable) -> Composable | None:
    """Return SQL that holds only for texts that match a pattern of a fixed form.

    Codes are literal signs and so many digits or letters: `H52-[0-9]{7}`. Comparing
    their parts costs a fraction of the regular expression, which still judges what
    isn't alike. None for any other pattern.
    """
    parts = _PART.findall(pattern)
    if not parts or "".join(map("".join, parts)) != pattern:
        return None
    tests: list[Composable] = []
    at = 1
    for literal, kind, count in parts:
        size = len(literal) or int(count.strip("{}") or 1)
        part = SQL("substr({}, {}, {})").format(text, Literal(at), Literal(size))
        if literal:
            tests.append(SQL("{} = {}").format(part, Literal(literal)))
        else:
            signs = Literal(_SIGNS[kind])
            tests.append(SQL("btrim({}, {}) = ''").format(part, signs))
        at += size
    if len(tests) > MOST_PARTS:
        return None
    return SQL("(length({}) = {} AND {})").format(
        text, Literal(at - 1), SQL(" AND ").join(tests)
    )


def _plain(field: dict[str, Any]) -> bool:
    return not field.get("groupChar") and field.get("bareNumber") is not False


def _integer(field: dict[str, Any], text: Composable) -> Read | None:
    if not _plain(field):
        return None
    cast = SQL("{}::int8").format(text)
    return cast, SQL("{}::text = {}").format(cast, text)


def _year(_field: dict[str, Any], text: Composable) -> Read:
    cast = SQL("{}::int4").format(text)
    return cast, SQL("{0}::text = {1} AND {0} BETWEEN 1000 AND 9999").format(cast, text)


def _number(field: dict[str, Any], text: Composable) -> Read | None:
    if not _plain(field):
        return None
    point = str(field.get("decimalChar") or ".")
    if point == ".":
        cast = SQL("{}::numeric").format(text)
        written = SQL("{}::text").format(cast)
    else:
        cast = SQL("replace({}, {}, '.')::numeric").format(text, Literal(point))
        written = SQL("replace({}::text, '.', {})").format(cast, Literal(point))
    # `NaN` and `Infinity` come back as they are, and are no numbers of a table.
    return cast, SQL("{} = {} AND right({}, 1) <= '9'").format(written, text, text)


def _date(field: dict[str, Any], text: Composable) -> Read | None:
    declared = field.get("format") or "default"
    cast = SQL("{}::date").format(text)
    if declared in ("default", "any", "%Y-%m-%d"):
        written = SQL("{}::text").format(cast)
    elif declared in _WRITTEN:
        template = Literal(_WRITTEN[declared])
        written = SQL("to_char({}, {})").format(cast, template)
    else:
        return None
    return cast, SQL("length({0}) = {1} AND {2} = {0}").format(
        text, Literal(_DAY), written
    )


def _datetime(field: dict[str, Any], text: Composable) -> Read | None:
    if (field.get("format") or "default") not in ("default", "any"):
        return None
    cast = SQL("{}::timestamp").format(text)
    return cast, SQL("length({0}) = {1} AND {2}::text = replace({0}, 'T', ' ')").format(
        text, Literal(_MOMENT), cast
    )


def _boolean(field: dict[str, Any], text: Composable) -> Read:
    true = [str(one) for one in field.get("trueValues") or columns.TRUE]
    false = [str(one) for one in field.get("falseValues") or columns.FALSE]
    cast = SQL("({} = ANY ({}))").format(text, Literal(true))
    return cast, SQL("{} = ANY ({})").format(text, Literal([*true, *false]))


_READERS: dict[str, Callable[[dict[str, Any], Composable], Read | None]] = {
    "boolean": _boolean,
    "integer": _integer,
    "year": _year,
    "number": _number,
    "date": _date,
    "datetime": _datetime,
}
