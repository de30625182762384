"""Many rows are checked in seconds."""

from __future__ import annotations

import os
import time

import pytest
import sqlalchemy as sa

from tests.factories import approval as make

from .finding import findings, table_of, upload

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


ROWS = int(os.environ.get("SONLA_CHECK_ROWS", "200000"))


def test_many_rows_are_checked_in_seconds(datastore_superuser):
    """Many times what it takes on two cores: it guards the way, not the machine."""
    office = make.office()
    revision = make.draft(office, file=None)
    names = "ma, ten, dien_thoai, dia_chi, so_luong, gia, ngay, ghi_chu"
    line = "1,A,0912345678,Bản,5,2.5,2026-01-01,Không"
    resource = upload(
        office, revision["package_id"], table_of(names.replace(" ", ""), line)
    )
    more = (
        f'INSERT INTO "{resource["id"]}" (_id, {names}) SELECT n + 1, n,'  # noqa: S608 - our own names
        " 'Trường tiểu học số ' || n, '0' || (212385200 + n)::text,"
        " 'Bản ' || n || ', xã Chiềng An', n, n / 3.0, '2026-01-01',"
        " 'Không có ghi chú gì thêm về trường này'"
        " FROM generate_series(1, :rows) AS n"
    )
    with datastore_superuser.begin() as connection:
        # Without the search vectors, which nothing here reads.
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        connection.execute(sa.text(more), {"rows": ROWS})
    started = time.monotonic()
    told = findings(office, revision)
    took = time.monotonic() - started
    assert "personal.mobile" in [one["rule"] for one in told]
    assert took < ROWS / 10_000, f"{took:.1f} s"
