"""Connections to agencies' databases: to judged addresses, and only to read.

Whatever a query says, the server is told that nothing may be written, and that no
statement takes longer than it may. Values that Python has no room for (the year 0, the
year 10000) come as the text that the database writes.
"""

from __future__ import annotations

import socket
import sqlite3
import ssl
import tempfile
import time
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import psycopg2
import psycopg2.extensions
import pymysql
import pymysql.converters
import sqlalchemy as sa
from pymysql.constants import FIELD_TYPE

from . import databases
from .problems import SourceProblem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

    from .limits import Limits
    from .wire import Judge

# Dates, times and intervals, as PostgreSQL numbers its types.
_PG_DATES = (1082, 1083, 1114, 1184, 1186, 1266)
_PG_TEXT = psycopg2.extensions.new_type(_PG_DATES, "AS_WRITTEN", lambda v, _: v)
_MYSQL_DATES = (
    FIELD_TYPE.DATE,
    FIELD_TYPE.DATETIME,
    FIELD_TYPE.NEWDATE,
    FIELD_TYPE.TIME,
    FIELD_TYPE.TIMESTAMP,
)
_STEPS = 10_000


def engine(
    parts: SplitResult,
    config: Mapping[str, Any],
    secrets: Mapping[str, str],
    limits: Limits,
    judge: Judge,
) -> tuple[sa.Engine, Patience]:
    """Return an engine with one connection at a time, and its patience with SQLite.

    Args:
        parts: of the database's address.
        config: of the source.
        secrets: by the field of `auth` that each belongs to.
        limits: how long a statement may take.
        judge: which addresses a name may be asked at.
    """
    connect = _Connect(parts, config, secrets, limits, judge)
    name, _ = databases.TESTED.get(parts.scheme, (parts.scheme, 0))
    options: dict[str, Any] = {"poolclass": sa.pool.NullPool}
    ways = {
        "postgresql": connect.postgresql,
        "mysql": connect.mysql,
        "mariadb": connect.mysql,
        "sqlite": connect.sqlite,
    }
    way = ways.get(name.split("+", maxsplit=1)[0])
    if way is None:
        return sa.create_engine(connect.other(name), **options), connect.patience
    return sa.create_engine(f"{name}://", creator=way, **options), connect.patience


class _Connect:
    """Opens connections to one database."""

    def __init__(
        self,
        parts: SplitResult,
        config: Mapping[str, Any],
        secrets: Mapping[str, str],
        limits: Limits,
        judge: Judge,
    ) -> None:
        self.parts, self.config, self.limits = parts, config, limits
        self.host, self.port = parts.hostname or "", databases.port_of(parts)
        self.user = (config.get("auth") or {}).get("user")
        self.password = secrets.get("password")
        self.tls = config.get("tls") or {}
        self.database = unquote(parts.path[1:])
        self.judge = judge
        self.patience = Patience(limits.answer_seconds)

    def _addresses(self) -> list[str]:
        return self.judge(self.host, self.port)

    def postgresql(self) -> Any:
        """Connect to PostgreSQL: the address is the judged one, the name the name's."""
        milliseconds = int(self.limits.answer_seconds * 1000)
        with _Authorities(self.tls) as authorities:
            secure = self.tls.get("verify", True)
            connection = psycopg2.connect(
                host=self.host,
                hostaddr=self._addresses()[0],
                port=self.port,
                dbname=self.database,
                user=self.user or "",
                password=self.password or "",
                connect_timeout=max(2, int(self.limits.silent_seconds)),
                sslmode="verify-full" if secure else "disable",
                sslrootcert=authorities if secure else "",
                passfile="/dev/null",
                application_name="ckanext-sonla",
                client_encoding="UTF8",
                options="-c default_transaction_read_only=on -c DateStyle=ISO"
                f" -c statement_timeout={milliseconds}",
            )
        psycopg2.extensions.register_type(_PG_TEXT, connection)
        return connection

    def mysql(self) -> Any:
        """Connect to MySQL or MariaDB, over a socket of our own."""
        converters: Any = {
            kind: convert
            for kind, convert in pymysql.converters.conversions.items()
            if kind not in _MYSQL_DATES
        }
        secure = self.tls.get("verify", True)
        connection: Any = pymysql.connect(
            host=self.host,
            port=self.port,
            user=self.user or "",
            password=self.password or "",
            database=self.database,
            charset="utf8mb4",
            conv=converters,
            ssl=_context(self.tls) if secure else None,
            ssl_disabled=not secure,
            local_infile=False,
            read_timeout=self.limits.answer_seconds,
            defer_connect=True,
        )
        wire = socket.create_connection(
            (self._addresses()[0], self.port), timeout=self.limits.silent_seconds
        )
        connection.connect(wire)
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION TRANSACTION READ ONLY")
        return connection

    def sqlite(self) -> Any:
        """Open a file of the operator's folder, to read only."""
        path = databases.file_of(self.parts)
        connection = sqlite3.connect(
            f"file:{quote(str(path))}?mode=ro",
            uri=True,
            timeout=self.limits.silent_seconds,
            check_same_thread=False,
        )
        connection.text_factory = _text
        for setting in ("query_only = ON", "trusted_schema = OFF"):
            connection.execute(f"PRAGMA {setting}")
        connection.set_authorizer(_reads_only)
        self.patience.watch(connection)
        return connection

    def other(self, name: str) -> sa.URL:
        """Return the address of a database of another kind, its name resolved."""
        return sa.URL.create(
            name,
            username=self.user,
            password=self.password,
            host=self._addresses()[0],
            port=self.parts.port,
            database=self.database,
        )


class _Authorities:
    """The file of the authorities that a certificate is held against, for a moment."""

    def __init__(self, tls: Mapping[str, Any]) -> None:
        self._ca = tls.get("ca")
        self._file: Any = None

    def __enter__(self) -> str:
        if not self._ca:
            return ssl.get_default_verify_paths().cafile or "system"
        self._file = tempfile.NamedTemporaryFile("w", suffix=".pem")
        self._file.write(self._ca)
        self._file.flush()
        return self._file.name

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()


def _context(tls: Mapping[str, Any]) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if tls.get("ca"):
        try:
            context.load_verify_locations(cadata=tls["ca"])
        except (ssl.SSLError, ValueError) as error:
            raise SourceProblem("tls", host="tls.ca", reason="PEM") from error
    return context


# Bytes that are no UTF-8 become half characters, which the checks refuse by their row.
_text = partial(str, encoding="utf-8", errors="surrogateescape")

_READING = (
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
    sqlite3.SQLITE_TRANSACTION,
)


_ASKED = ("read_uncommitted", None)


def _reads_only(action: int, first: Any, second: Any, *_: Any) -> int:
    """Refuse what attaches, loads or writes, whatever the query looks like."""
    loads = action == sqlite3.SQLITE_FUNCTION and "load_extension" in (first, second)
    # What SQLAlchemy asks a new connection.
    asks = action == sqlite3.SQLITE_PRAGMA and (first, second) == _ASKED
    allowed = (action in _READING and not loads) or asks
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


class Patience:
    """Ends a statement of SQLite that takes too long without giving a row."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.renew()

    def renew(self) -> None:
        """Begin to count anew: a page of rows has come."""
        self._until = time.monotonic() + self._seconds

    def watch(self, connection: sqlite3.Connection) -> None:
        """Look at the time every some steps of the machine."""
        connection.set_progress_handler(self._is_over, _STEPS)

    def _is_over(self) -> int:
        return int(time.monotonic() > self._until)
