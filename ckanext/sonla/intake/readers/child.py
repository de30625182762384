"""The process that opens a file nobody vouches for: it has limits and nothing to lose.

Its first line on standard input says what to read; it answers in lines of JSON: what
the table is, its rows in portions, then what the reader remarked or why it gave up.
Run as `python -m ckanext.sonla.intake.readers.child`.
"""

from __future__ import annotations

import json
import resource
import sys
from dataclasses import asdict
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

PORTION = 500


def encoded(cell: Any) -> Any:
    """Return what JSON has no form for: its type and its text."""
    if isinstance(cell, datetime):
        return {"datetime": cell.isoformat()}
    if isinstance(cell, date):
        return {"date": cell.isoformat()}
    if isinstance(cell, time):
        return {"time": cell.isoformat()}
    if isinstance(cell, Decimal):
        return {"number": str(cell)}
    return str(cell)


_DECODERS: dict[str, Any] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "number": Decimal,
}


def decoded(value: dict[str, Any]) -> Any:
    """Return the cell that `encoded` wrote; other objects stay as they are."""
    if len(value) == 1:
        (kind, text), *_ = value.items()
        if kind in _DECODERS and isinstance(text, str):
            return _DECODERS[kind](text)
    return value


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line, default=encoded, ensure_ascii=True) + "\n")


def _limit(memory: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Read what is asked for, within the limits that are asked for."""
    order = json.loads(sys.stdin.readline())
    _limit(order["memory"], order["seconds"])
    # Under the limits from the first library on.
    from ckanext.sonla.intake import heads, readers  # noqa: PLC0415 - as above
    from ckanext.sonla.intake.limits import Limits  # noqa: PLC0415 - as above
    from ckanext.sonla.intake.problems import Unreadable  # noqa: PLC0415 - as above

    wanted = order["asked"].pop("wanted")
    asked = readers.Asked(**order["asked"], wanted=wanted and heads.Wanted(**wanted))
    try:
        table = readers.read(
            Path(order["path"]), order["kind"], Limits(**order["limits"]), asked
        )
        told = {
            name: value
            for name, value in vars(table).items()
            if name not in {"rows", "notes"}
        }
        _say({"table": told})
        while portion := list(islice(table.rows, PORTION)):
            _say({"rows": portion})
        _say({"notes": [asdict(note) for note in table.notes]})
    except Unreadable as problem:
        _say({"problem": asdict(problem.finding), "known": problem.known})
    except (MemoryError, RecursionError):
        _say({"problem": None})


if __name__ == "__main__":
    main()
