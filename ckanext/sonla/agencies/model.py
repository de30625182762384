"""The rules of the roles as the database knows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import clock, policy, roles
from ckanext.sonla.shared.hand_over import Succession


class RolePolicy(tk.BaseModel):
    """How many accounts of a role an agency has, and where the role exists."""

    __tablename__ = "sonla_role_policy"

    role: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    places: Mapped[int | None] = mapped_column(sa.Integer)
    office: Mapped[str | None] = mapped_column(sa.Text)
    overlap_days: Mapped[int | None] = mapped_column(sa.Integer)


class HandOver(tk.BaseModel):
    """An account that leaves its role to a successor, and until when both hold it."""

    __tablename__ = "sonla_hand_over"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    agency_id: Mapped[str] = mapped_column(sa.Text)
    role: Mapped[str] = mapped_column(sa.Text)
    predecessor: Mapped[str] = mapped_column(sa.Text)
    successor: Mapped[str] = mapped_column(sa.Text)
    decision: Mapped[Any] = mapped_column(JSONB)
    starts: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))
    ends: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))
    ended: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))

    def as_succession(self) -> Succession:
        """Return the hand-over as other features know it."""
        return Succession(
            agency_id=self.agency_id,
            role=self.role,
            predecessor=self.predecessor,
            successor=self.successor,
            decision=self.decision,
            starts=self.starts,
            ends=self.ends,
        )


@roles.only_while
def not_left_yet() -> sa.ColumnElement[bool]:
    """The role of a predecessor ends with the clock, not with the next tick."""
    if not p.plugin_loaded("sonla_agencies"):
        return sa.true()
    return ~sa.exists().where(
        HandOver.predecessor == model.Member.table_id,
        HandOver.agency_id == model.Member.group_id,
        HandOver.role == model.Member.capacity,
        HandOver.ended.is_(None),
        HandOver.ends <= clock.now(),
    )


_RULES = ("places", "office", "overlap_days")


def publish_role_policy() -> None:
    """Write the policy in force where the trigger on `member` reads it.

    Part of the caller's transaction. Values travel as parameters, never as SQL.
    """
    office, days = policy.text("operating_office"), policy.number("hand_over_days")
    rows = [
        (roles.OFFICER, policy.number("officers_per_agency"), None),
        (roles.LEADER, policy.number("leaders_per_agency"), None),
        (roles.OPERATOR, None, office),
        (roles.AUDITOR, None, office),
    ]
    statement = insert(RolePolicy).values(
        [
            {"role": role, "places": n, "office": place, "overlap_days": days}
            for role, n, place in rows
        ]
    )
    new = statement.excluded
    model.Session.execute(
        statement.on_conflict_do_update(
            index_elements=["role"],
            set_={column: new[column] for column in _RULES},
            where=sa.tuple_(
                *(RolePolicy.__table__.c[c] for c in _RULES)
            ).is_distinct_from(sa.tuple_(*(new[c] for c in _RULES))),
        )
    )
