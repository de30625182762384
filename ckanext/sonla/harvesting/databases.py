"""Which databases are read, by the address of a source: it has no account in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared.msgid import N_

from .problems import SourceProblem, say

if TYPE_CHECKING:
    from urllib.parse import SplitResult

SQLITE = "sqlite"
# The scheme of an address → SQLAlchemy's own name of it, and the usual port.
TESTED = {
    "postgresql": ("postgresql+psycopg2", 5432),
    "postgres": ("postgresql+psycopg2", 5432),
    "mysql": ("mysql+pymysql", 3306),
    "mariadb": ("mariadb+pymysql", 3306),
    SQLITE: ("sqlite", 0),
}
_ADDRESS = N_(
    "Write the database as kind://host:port/name or sqlite:///file, the kind one of:"
    " {known}."
)


def address_problems(url: str) -> list[str]:
    """Return what is wrong with a database's address, in the caller's language."""
    try:
        parts = split(url)
    except SourceProblem as problem:
        return [problem.words()]
    if parts is None:
        return [tk._(_ADDRESS).format(known=", ".join(schemes()))]
    if parts.scheme == SQLITE:
        try:
            file_of(parts)
        except SourceProblem:
            return [say("database_file", {})]
    return []


def schemes() -> list[str]:
    """Return the kinds of databases that the operator lets sources be."""
    return tk.aslist(tk.config["sonla.harvesting.database_schemes"])


def split(url: str) -> SplitResult | None:
    """Return the parts of a database's address; None if it has not all of them.

    Raises:
        SourceProblem: databases of its kind are not read.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return None
    if parts.scheme.split("+")[0] not in schemes():
        raise SourceProblem("database_kind", found=parts.scheme[:30])
    name = parts.path.lstrip("/")
    if parts.scheme == SQLITE:
        return parts if name and not parts.netloc else None
    return parts if name and parts.hostname and port != 0 else None


def port_of(parts: SplitResult) -> int:
    """Return the port that a database is asked on."""
    usual = TESTED.get(parts.scheme, ("", 0))[1]
    return parts.port or usual


def file_of(parts: SplitResult) -> Path:
    """Return the file of an SQLite database.

    Raises:
        SourceProblem: it is not in the operator's folder, links followed.
    """
    folder = tk.config["sonla.harvesting.sqlite_folder"]
    name = unquote(parts.path)[1:]
    if not folder or "\0" in name:
        raise SourceProblem("database_file")
    allowed = Path(folder).resolve()
    path = (allowed / name).resolve()
    if not path.is_relative_to(allowed) or not path.is_file():
        raise SourceProblem("database_file")
    return path
