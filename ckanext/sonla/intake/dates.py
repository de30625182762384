"""Dates and times by a Table Schema's `format`, read by PostgreSQL set-wise.

PostgreSQL's own `to_date` stops at the first value that is no date. Here a value is
taken apart by regular expressions and its parts are checked, so a wrong value is NULL
and can be counted and shown.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time

from psycopg2.sql import SQL, Composable, Literal

# Directives of strptime, as Table Schema's `format` uses them: width of the part.
PARTS = {
    "Y": r"\d{4}",
    "y": r"\d{2}",
    "m": r"\d{1,2}",
    "d": r"\d{1,2}",
    "H": r"\d{1,2}",
    "M": r"\d{1,2}",
    "S": r"\d{1,2}",
    "f": r"\d{1,6}",
}
ISO = {
    "date": ("%Y-%m-%d",),
    "time": ("%H:%M:%S", "%H:%M"),
    "datetime": (
        "%Y-%m-%dT%H:%M:%S",
        "%Y-%m-%dT%H:%M:%SZ",
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%dT%H:%M:%S.%f",
        "%Y-%m-%d %H:%M:%S.%f",
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%d %H:%M",
    ),
}
# What `any` reads beside ISO: the day comes before the month in Việt Nam.
LOCAL = {
    "date": ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"),
    "time": (),
    "datetime": ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M"),
}
# Ranges of the parts; the day is checked against its month.
RANGES = {"m": (1, 12), "H": (0, 23), "M": (0, 59), "S": (0, 59), "Y": (1, 9999)}


def formats_of(kind: str, declared: str | None) -> tuple[str, ...]:
    """Return the strptime formats that a field of type `kind` is written in."""
    if declared in (None, "", "default"):
        return ISO[kind]
    if declared == "any":
        return ISO[kind] + LOCAL[kind]
    return (declared,)


def is_known(pattern: str) -> bool:
    """Tell whether every directive of a format is one that can be read."""
    return all(letter in PARTS for letter in re.findall(r"%(.)", pattern))


def written(value: date | time, formats: tuple[str, ...]) -> str:
    """Return a spreadsheet's own date or time as the field's format writes it."""
    text = value.isoformat()
    if type(value) is datetime:
        text = value.isoformat(sep=" ")
    if formats and "%" in formats[0]:
        text = value.strftime(formats[0])
        # Years before 1000 lose their zeros on some systems.
        if "%Y" in formats[0] and isinstance(value, date):
            text = text.replace(str(value.year), f"{value.year:04d}", 1)
    return text


def parsed(kind: str, text: Composable, formats: tuple[str, ...]) -> Composable:
    """Return SQL for the date, time or timestamp that a text is, NULL if it is none."""
    return SQL("coalesce({}, NULL)").format(
        SQL(", ").join(_read(kind, text, pattern) for pattern in formats)
    )


def _regex(pattern: str) -> tuple[str, dict[str, Composable]]:
    """Return a format's regular expression, and each of its parts as SQL."""
    out: list[str] = []
    parts: dict[str, Composable] = {}
    for number, piece in enumerate(re.findall(r"%.|[^%]+", pattern), start=1):
        if piece.startswith("%"):
            # Every piece is a group, so that its number is its place.
            out.append(f"({PARTS[piece[1]]})")
            parts[piece[1]] = SQL("p[{}]").format(Literal(number))
        else:
            out.append(f"({re.escape(piece)})")
    if "y" in parts and "Y" not in parts:
        # As strptime has it: 69 to 99 are of the twentieth century.
        parts["Y"] = SQL(
            "(CASE WHEN {0}::int < 69 THEN 2000 ELSE 1900 END + {0}::int)"
        ).format(parts["y"])
    return "^" + "".join(out) + "$", parts


# Days as they are mostly written: where their year, month and day begin.
_FIXED = {
    "%Y-%m-%d": (r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$", (1, 6, 9)),
    "%d/%m/%Y": (r"^(0[1-9]|[12]\d|3[01])/(0[1-9]|1[0-2])/\d{4}$", (7, 4, 1)),
    "%d-%m-%Y": (r"^(0[1-9]|[12]\d|3[01])-(0[1-9]|1[0-2])-\d{4}$", (7, 4, 1)),
}


def _fixed(text: Composable, pattern: str, otherwise: Composable) -> Composable:
    """Return SQL that reads a day whose parts stand in their places, without groups.

    Taking a text apart by groups costs ten times as much as matching it.
    """
    regex, (year, month, day) = _FIXED[pattern]
    parts: dict[str, Composable] = {
        "Y": SQL("substr({}, {}, 4)").format(text, Literal(year)),
        "m": SQL("substr({}, {}, 2)").format(text, Literal(month)),
        "d": SQL("substr({}, {}, 2)").format(text, Literal(day)),
    }
    return SQL(
        "CASE WHEN {text} ~ {regex} THEN CASE WHEN {year} > '0000' AND ({day} <= '28' "
        "OR {day}::int <= {last}) THEN {value} END ELSE {otherwise} END"
    ).format(
        text=text,
        regex=Literal(regex),
        year=parts["Y"],
        day=parts["d"],
        last=_last_day(parts),
        value=_value("date", parts),
        otherwise=otherwise,
    )


def _read(kind: str, text: Composable, pattern: str) -> Composable:
    taken_apart = _by_parts(kind, text, pattern)
    if kind == "date" and pattern in _FIXED:
        return _fixed(text, pattern, taken_apart)
    return taken_apart


def _by_parts(kind: str, text: Composable, pattern: str) -> Composable:
    regex, parts = _regex(pattern)
    return SQL(
        "(SELECT CASE WHEN {} THEN {} END FROM regexp_match({}, {}) AS m(p))"
    ).format(_in_range(kind, parts), _value(kind, parts), text, Literal(regex))


def _in_range(kind: str, parts: dict[str, Composable]) -> Composable:
    tests: list[Composable] = [
        SQL("{}::int BETWEEN {} AND {}").format(
            parts[letter], Literal(low), Literal(high)
        )
        for letter, (low, high) in RANGES.items()
        if letter in parts
    ]
    if kind != "time" and "d" in parts:
        tests.append(
            SQL("{day}::int BETWEEN 1 AND {last}").format(
                day=parts["d"], last=_last_day(parts)
            )
        )
    return SQL(" AND ").join(tests) if tests else SQL("true")


def _last_day(parts: dict[str, Composable]) -> Composable:
    year = parts.get("Y", Literal("2000"))
    month = parts.get("m", Literal("1"))
    return SQL(
        "CASE {month}::int WHEN 2 THEN CASE WHEN {year}::int % 4 = 0 AND "
        "({year}::int % 100 <> 0 OR {year}::int % 400 = 0) THEN 29 ELSE 28 END "
        "WHEN 4 THEN 30 WHEN 6 THEN 30 WHEN 9 THEN 30 WHEN 11 THEN 30 ELSE 31 END"
    ).format(year=year, month=month)


def _value(kind: str, parts: dict[str, Composable]) -> Composable:
    def number(letter: str, default: int) -> Composable:
        if letter not in parts:
            return Literal(default)
        return SQL("{}::int").format(parts[letter])

    day = SQL("make_date({}, {}, {})").format(
        number("Y", 1), number("m", 1), number("d", 1)
    )
    seconds: Composable = number("S", 0)
    if "f" in parts:
        seconds = SQL("({}::text || '.' || {})::float8").format(seconds, parts["f"])
    clock = SQL("make_time({}, {}, {})").format(number("H", 0), number("M", 0), seconds)
    if kind == "date":
        return day
    return clock if kind == "time" else SQL("({} + {})").format(day, clock)


__all__ = ["formats_of", "is_known", "parsed", "written"]
