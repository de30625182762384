"""The roles and the two databases, each role able to do what its job needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg2 import sql

from ckanext.datastore.cli import permissions_sql
from ckanext.sonla.shared import log_permissions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from psycopg2.extensions import cursor as _cursor

    from .postgres import Cluster

CREATE_DATABASE = "CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0"
ROLES = ("sonla_ckan", "sonla_tables", "sonla_write", "sonla_read")


@dataclass(frozen=True)
class Databases:
    """The names of CKAN's database and of the DataStore's."""

    ckan: str = "sonla"
    datastore: str = "sonla_datastore"


def set_up(cluster: Cluster, names: Databases, passwords: Mapping[str, str]) -> None:
    """Create what is missing, and set every password to the remembered one.

    `sonla_ckan` works in CKAN's database, which belongs to `sonla_log`, as whom nobody
    logs in: so is the log of events, and the owner of a database could drop any table
    in it. `sonla_tables` owns the DataStore's database and its published tables, for
    the same reason, and may act as `sonla_write`, never the other way round.
    `sonla_read` only reads.
    """
    with cluster.connect("postgres") as opened, opened.cursor() as cursor:
        for role in ROLES:
            _role(cursor, role, passwords[role])
        cursor.execute("GRANT sonla_write TO sonla_tables")
        _database(cursor, names.ckan, "sonla_ckan")
        _database(cursor, names.datastore, "sonla_tables")
    # Before the migrations, so that they can hand the log's table over; and after, for
    # a log from before: whichever comes first, the other finds nothing to do.
    with cluster.connect(names.ckan) as opened, opened.cursor() as cursor:
        cursor.execute(log_permissions.script(names.ckan, "sonla_ckan"))
    _permissions(cluster, names)


def _role(cursor: _cursor, role: str, password: str) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    verb = "ALTER" if cursor.fetchone() else "CREATE"
    cursor.execute(
        sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(
            sql.SQL(verb), sql.Identifier(role), sql.Literal(password)
        )
    )


def _database(cursor: _cursor, name: str, owner: str) -> None:
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    if cursor.fetchone():
        return
    cursor.execute(
        sql.SQL(CREATE_DATABASE).format(sql.Identifier(name), sql.Identifier(owner))
    )
    cursor.execute(
        sql.SQL("REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC").format(
            sql.Identifier(name)
        )
    )
    for role in ("sonla_ckan",) if owner == "sonla_ckan" else ROLES:
        cursor.execute(
            sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(
                sql.Identifier(name), sql.Identifier(role)
            )
        )


def _permissions(cluster: Cluster, names: Databases) -> None:
    """Run what `ckan datastore set-permissions` prints, once.

    Run again, it would add triggers to tables that were published without.
    """
    script = permissions_sql(
        maindb=names.ckan,
        datastoredb=names.datastore,
        mainuser="sonla_ckan",
        writeuser="sonla_write",
        readuser="sonla_read",
    )
    lines = [line for line in script.splitlines() if not line.startswith("\\connect")]
    with cluster.connect(names.datastore) as opened, opened.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public._table_metadata')")
        found = cursor.fetchone()
        if found is None or found[0] is None:
            cursor.execute("\n".join(lines))
