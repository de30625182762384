"""Naming a delegate, and deciding as one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.shared import clock
from tests.factories import approval as make

DECISION = {"number": "56/QĐ-UBND", "date": "2026-11-20"}


def tomorrow() -> str:
    return (clock.today() + timedelta(days=1)).isoformat()


def name(by: str | None, delegate: Any, **values: Any) -> dict[str, Any]:
    asked = {"delegate": delegate, "until": tomorrow(), "decision": DECISION, **values}
    return make.act(by, "sonla_delegation_create", **asked)


def approve(user: str, revision) -> dict[str, Any]:
    return make.act(
        user, "sonla_revision_approve", id=revision["id"], digest=revision["digest"]
    )


def shift(superuser, delegation_id: str, by: timedelta) -> None:
    """Move a delegation in time, which only the database's superuser can."""
    model.Session.close()
    with superuser.begin() as connection:
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        connection.execute(
            sa.text(
                "UPDATE sonla_delegation SET starts = starts + :by, ends = ends + :by"
                " WHERE id = :id"
            ),
            {"by": by, "id": delegation_id},
        )
