"""Rows of a PostgreSQL by its COPY, which sends them as they come, as texts.

The server goes on reading while a page is worked on here, and nothing is made a
number or a date to be made a text again. What has other types than the plain ones is
read with a cursor (`sql`).
"""

from __future__ import annotations

import queue
import re
import threading
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import psycopg2
from psycopg2.sql import SQL, Composed

from ckanext.sonla.shared.row_intake import Numbers

from . import columnar
from .columnar import Columns
from .problems import SourceProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .limits import Limits

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_TRUTH = {"t": True, "f": False, "": None}
_WAIT = 0.2


def _as_they_are(texts: Sequence[str]) -> Sequence[Any]:
    return texts


def _truths(texts: Sequence[str]) -> Sequence[Any]:
    return [_TRUTH[text] for text in texts]


# By PostgreSQL's numbers of its types: texts, whole numbers, other numbers, times,
# identifiers, truth.
_READ: dict[int, Callable[[Sequence[str]], Sequence[Any]]] = {
    **dict.fromkeys((18, 19, 25, 1042, 1043, 2950), _as_they_are),
    **dict.fromkeys((20, 21, 23, 700, 701, 1700), Numbers),
    **dict.fromkeys((1082, 1083, 1114, 1184), _as_they_are),
    16: _truths,
}
_NUMBERS = {20: int, 21: int, 23: int, 700: float, 701: float, 1700: Decimal}


def pages(
    connection: Any, query: str, values: Any, order: Sequence[str], limits: Limits
) -> Iterator[Columns] | None:
    """Return the pages of a query's rows; None where it gives other than plain types.

    Args:
        connection: psycopg2's.
        query: one SELECT.
        values: that are bound in it.
        order: the fields whose values a checkpoint keeps; they come as numbers.
        limits: of the run.
    """
    with connection.cursor() as cursor:
        asked = cursor.mogrify(query, values).decode()
        cursor.execute(_within("SELECT * FROM ({}\n) AS rows LIMIT 0", asked))
        described = cursor.description
    if any(one.type_code not in _READ for one in described):
        return None
    names = columnar.different([one.name for one in described])
    read = [_READ[one.type_code] for one in described]
    for at, one in enumerate(described):
        if one.name in order and one.type_code in _NUMBERS:
            read[at] = _numbers(_NUMBERS[one.type_code])
    return _Copy(connection, asked, limits).pages(names, read)


def _within(around: str, query: str) -> Composed:
    return SQL(around).format(SQL(query))


def _numbers(kind: type) -> Callable[[Sequence[str]], Sequence[Any]]:
    return lambda texts: [kind(text) if text else None for text in texts]


class _Stopped(Exception):  # noqa: N818 - nobody wants more rows
    """Ends a COPY whose rows nobody wants any more."""


class _Copy:
    """A COPY in a thread of its own, two pages ahead at most."""

    def __init__(self, connection: Any, query: str, limits: Limits) -> None:
        self.connection, self.query, self.limits = connection, query, limits
        self._ready: queue.Queue[Any] = queue.Queue(2)
        self._lines: list[bytes] = []
        self._is_wanted = True

    def pages(
        self, names: list[str], read: Sequence[Callable[[Sequence[str]], Sequence[Any]]]
    ) -> Iterator[Columns]:
        thread = threading.Thread(target=self._copy, daemon=True)
        thread.start()
        try:
            while (lines := self._next()) is not None:
                yield Columns(names, _columns(lines, read))
        finally:
            self._is_wanted = False
            if thread.is_alive():
                # Where the connection is gone, so is its COPY.
                with suppress(psycopg2.Error):
                    self.connection.cancel()
            thread.join(self.limits.answer_seconds)

    def _next(self) -> list[bytes] | None:
        try:
            found = self._ready.get(timeout=self.limits.answer_seconds)
        except queue.Empty:
            seconds = self.limits.answer_seconds
            raise SourceProblem("too_slow", seconds=seconds) from None
        if isinstance(found, BaseException):
            raise found
        return found

    def _copy(self) -> None:
        last: Any = None
        try:
            # How long the whole may take; `_next` waits no longer than for one answer.
            seconds = int(self.limits.seconds * 1000)
            with self.connection.cursor() as cursor:
                cursor.execute("SET statement_timeout = %s", (seconds,))
                cursor.copy_expert(
                    _within("COPY ({}\n) TO STDOUT (NULL '')", self.query), self
                )
            if self._lines:
                self._give(self._lines)
        except _Stopped:
            return
        except BaseException as error:
            last = error
        if self._is_wanted:
            self._give(last)

    def write(self, line: bytes) -> None:
        """Take one row, as psycopg2 gives it."""
        self._lines.append(line)
        if len(self._lines) == self.limits.page_rows:
            self._give(self._lines)
            self._lines = []

    def _give(self, found: Any) -> None:
        while self._is_wanted:
            try:
                self._ready.put(found, timeout=_WAIT)
            except queue.Full:
                continue
            return
        raise _Stopped


def _columns(
    lines: list[bytes], read: Sequence[Callable[[Sequence[str]], Sequence[Any]]]
) -> list[Sequence[Any]]:
    text = b"".join(lines).decode()
    rows = [line.split("\t") for line in text[:-1].split("\n")]
    columns: list[Sequence[str]] = list(zip(*rows, strict=True))
    if "\\" in text:
        columns = [_unescaped(column) for column in columns]
    return [way(column) for way, column in zip(read, columns, strict=True)]


def _unescaped(column: Sequence[str]) -> Sequence[str]:
    if not any("\\" in text for text in column):
        return column
    return [
        _ESCAPED.sub(lambda found: _LETTERS.get(found[1], found[1]), text)
        for text in column
    ]
