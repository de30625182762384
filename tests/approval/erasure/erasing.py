# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
# pyright: reportArgumentType=false
"""What is erased, and where it could be left."""

from __future__ import annotations

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.approval import datastore
from ckanext.sonla.approval.storage import store
from tests.factories import approval as make

SECRET = "Lò Thị Bí Mật"
NUMBER = "014088001234"
CSV = f'ma,ten,so\nA,"{SECRET}",{NUMBER}\nB,Công khai,2\n'
DECISION = {"number": "15/QĐ-SKHCN", "date": "2026-11-20", "text": "Xóa theo đơn"}
ROW = {"resource": "Danh sách", "rows": {"ma": "A"}}
FIELD = {"field": "maintainer"}


def name_key(office, resource_id):
    """Say which column names a row of the table that the file was read into."""
    make.act(
        office.officer,
        "datastore_create",
        resource_id=resource_id,
        primary_key=["ma"],
        force=True,
    )


def erase(operator, revision, *what):
    return make.act(
        operator,
        "sonla_revision_erase",
        id=revision["id"],
        what=list(what),
        decision=DECISION,
    )


def everything() -> str:
    """Every row of both databases and every stored byte, but for the erasure's own."""
    parts = []
    with model.meta.engine.connect() as connection:
        names = connection.scalars(
            sa.text(
                "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
                " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
                " AND tablename <> 'sonla_erasure'"
            )
        ).all()
        for name in names:
            rows = connection.execute(sa.text(f"SELECT t::text FROM {name} t"))  # noqa: S608 - a name of our own
            parts += [f"{name} {row[0]}" for row in rows]
    with datastore.owning() as cursor:
        cursor.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"SELECT t::text FROM {name} t")  # noqa: S608 - a name of our own
            parts += [f"{name} {row[0]}" for row in cursor.fetchall()]
    for stored in store.stored():
        with store.reading(stored.address) as file:
            parts.append(f"{stored.address} {file.read().decode(errors='replace')}")
    return "\n".join(parts)


def named(text: str) -> list[str]:
    return [line[:160] for line in text.split("\n") if SECRET in line or NUMBER in line]
