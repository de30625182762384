"""Pulls the rows of a database: one SELECT, read only, page by page, at its pace."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import psycopg2
import sqlalchemy as sa
from sqlalchemy import exc

from ckanext.sonla.shared import guard

from . import columnar, connections, copying, databases, queries
from .columnar import Columns
from .increments import Increment
from .limits import Limits, Meter
from .page import Page
from .problems import SourceProblem
from .wire import tls_reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .page import Checkpoint
    from .wire import Judge

_MOST_CHARACTERS = 300
_SAMPLE = 100


def pull(  # noqa: PLR0913 - what a run is made of, each named
    url: str,
    config: Mapping[str, Any],
    secrets: Mapping[str, str],
    checkpoint: Checkpoint | None,
    limits: Limits,
    *,
    judge: Judge = guard.judged,
) -> Iterator[Page]:
    """Yield a source's pages, from a checkpoint on.

    Rows come in the order of `incremental` and `key`; behind each page the run can go
    on by their values. A source without a key has to begin again.

    Args:
        url: where the database is, without account.
        config: as `sonla_sql.json` describes it.
        secrets: by the field of `auth` that each belongs to.
        checkpoint: of the page to go on behind, or of the last run; None at first.
        limits: what the run may take.
        judge: which addresses a name may be asked at.

    Raises:
        SourceProblem: what has to be mended.
    """
    parts = databases.split(url)
    if parts is None:
        raise SourceProblem("address", host="", reason="URL")
    run = _Run(config, dict(checkpoint or {}), limits, (parts, secrets, judge))
    with _Words(parts.hostname or "", limits):
        yield from run.pages()


class _Run:
    """One run: the statement, and how far it came."""

    def __init__(
        self,
        config: Mapping[str, Any],
        checkpoint: Checkpoint,
        limits: Limits,
        way: tuple[Any, Mapping[str, str], Judge],
    ) -> None:
        parts, secrets, judge = way
        self.config, self.limits = config, limits
        self.meter = Meter(limits)
        self.order = queries.order_of(config)
        self.resumed: dict[str, Any] | None = checkpoint.get("next")
        if self.resumed and not self.resumed.get("behind"):
            raise SourceProblem("start_again")
        self.increment = Increment(config.get("incremental"), checkpoint)
        self.engine, self.patience = connections.engine(
            parts, config, secrets, limits, judge
        )

    def statement(self) -> sa.Select[Any]:
        """Return what is asked, from where the run goes on."""
        query = queries.of(self.config, self.engine.dialect.name)
        if self.resumed:
            place = queries.values_of(self.resumed["behind"])
            query = query.where(queries.beyond(self.order, place))
        elif self.increment and self.increment.since is not None:
            since = [self.increment.since]
            query = query.where(queries.beyond(self.order[:1], since))
        query = queries.ordered(query, self.order)
        # Whoever looks at one page only lets the database stop there.
        return query.limit(self.limits.page_rows) if self.limits.pages == 1 else query

    def pages(self) -> Iterator[Page]:
        """Read page after page."""
        began = time.monotonic()
        with self.engine.connect() as connection:
            found = self._rows(connection)
            rows = next(found, Columns([], []))
            while True:
                # A page is the last one if none comes behind it.
                ahead = next(found, None)
                waited = time.monotonic() - began
                yield self._page(rows, last=ahead is None, waited=waited)
                if ahead is None:
                    return
                self.meter.rest()
                rows, began = ahead, time.monotonic()

    def _rows(self, connection: sa.Connection) -> Iterator[Columns]:
        """Return the rows, page by page, as they come quickest at this pace."""
        limits = self.limits
        slowly = limits.rows_per_second or limits.pause or limits.pages == 1
        if self.engine.dialect.name == "postgresql" and not slowly:
            statement = self.statement().compile(self.engine)
            raw: Any = connection.connection.dbapi_connection
            copied = copying.pages(
                raw, str(statement), statement.params, self.order, limits
            )
            if copied is not None:
                return copied
        return self._fetched(connection)

    def _fetched(self, connection: sa.Connection) -> Iterator[Columns]:
        """Read from a cursor on the server."""
        size = self.limits.page_rows
        streaming = connection.execution_options(
            stream_results=True, max_row_buffer=size
        )
        self.patience.renew()
        result = streaming.execute(self.statement())
        names = columnar.different(result.keys())
        while rows := result.fetchmany(size):
            yield Columns.of_rows(names, rows)
            self.patience.renew()

    def _page(self, rows: Columns, *, last: bool, waited: float) -> Page:
        number = self.meter.page(len(rows))
        self.increment.look(rows, number)
        on = None
        if not last:
            on = {"behind": queries.place_of(rows[-1], self.order)}
        return Page(
            rows=rows,
            checkpoint={"next": on, **self.increment.kept(last=last)},
            number=number,
            last=last,
            resumable=bool(self.config.get("key")),
            bytes=_bytes(rows),
            requests=1 if number == 1 else 0,
            seconds=waited,
        )


def _bytes(rows: Columns) -> int:
    """Return about how many bytes of text some rows are, by one in a hundred.

    A driver doesn't tell what came over the wire.
    """
    some = rows[::_SAMPLE]
    length = sum(len(str(value)) for row in some for value in row.values())
    return length * len(rows) // len(some) if some else 0


class _Words:
    """Turns what a database says into what somebody can mend."""

    def __init__(self, host: str, limits: Limits) -> None:
        self.host, self.limits = host, limits

    def __enter__(self) -> None:
        """Nothing yet."""

    def __exit__(self, _kind: object, error: BaseException | None, _: object) -> None:
        if isinstance(error, guard.Refused):
            raise SourceProblem("address", host=self.host, reason=str(error)) from error
        if isinstance(error, guard.Unreachable):
            raise SourceProblem("unreachable", host=self.host) from error
        if isinstance(error, (exc.DBAPIError, psycopg2.Error)):
            raise self._told(error) from error
        if isinstance(error, (exc.SQLAlchemyError, OSError)):
            raise SourceProblem("unreachable", host=self.host) from error

    def _told(self, error: Exception) -> SourceProblem:
        text = " ".join(str(getattr(error, "orig", error)).split())
        if any(sign in text.lower() for sign in _SLOW):
            return SourceProblem("too_slow", seconds=self.limits.answer_seconds)
        if any(sign in text.lower() for sign in _TLS):
            reason = tls_reason(text, text[:_MOST_CHARACTERS])
            return SourceProblem("tls", host=self.host, reason=reason)
        if any(sign in text.lower() for sign in _REFUSED):
            return SourceProblem("account")
        # Drivers have many words for a connection that broke off.
        if _is_broken_off(error) or any(sign in text.lower() for sign in _AWAY):
            return SourceProblem("unreachable", host=self.host)
        return SourceProblem("database", reason=text[:_MOST_CHARACTERS])


def _is_broken_off(error: Exception) -> bool:
    """Tell whether it was the connection that failed, and no statement."""
    if isinstance(error, psycopg2.DatabaseError):
        # Of a connection that is gone in a COPY the driver knows no kind of error.
        is_nameless = error.pgcode is None and type(error) in _NAMELESS
        return is_nameless or str(error.pgcode).startswith(_CONNECTION)
    return bool(getattr(error, "connection_invalidated", False))


_CONNECTION = ("08", "57P")
_NAMELESS = (psycopg2.DatabaseError, psycopg2.OperationalError)
_SLOW = ("statement timeout", "interrupted", "timed out", "max_statement_time")
# Before a connection that broke off: a driver says both in one sentence.
_TLS = (
    "certificate verify failed",
    "does not match host name",
    "server does not support ssl",
    "server doesn't support it",
    "root certificate file",
)
_REFUSED = ("authentication failed", "access denied for user", "fatal: role")
_AWAY = ("connection refused", "could not connect", "can't connect", "lost connection")
