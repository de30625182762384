"""The rules of the roles as the database knows them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import policy, roles


class RolePolicy(tk.BaseModel):
    """How many accounts of a role an agency has, and where the role exists."""

    __tablename__ = "sonla_role_policy"

    role: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    places: Mapped[int | None] = mapped_column(sa.Integer)
    office: Mapped[str | None] = mapped_column(sa.Text)


def publish_role_policy() -> None:
    """Write the policy in force where the trigger on `member` reads it.

    Part of the caller's transaction. Values travel as parameters, never as SQL.
    """
    office = policy.text("operating_office")
    rows = [
        (roles.OFFICER, policy.number("officers_per_agency"), None),
        (roles.LEADER, policy.number("leaders_per_agency"), None),
        (roles.OPERATOR, None, office),
        (roles.AUDITOR, None, office),
    ]
    statement = insert(RolePolicy).values(
        [{"role": role, "places": n, "office": place} for role, n, place in rows]
    )
    new = statement.excluded
    model.Session.execute(
        statement.on_conflict_do_update(
            index_elements=["role"],
            set_={"places": new.places, "office": new.office},
            where=sa.tuple_(RolePolicy.places, RolePolicy.office).is_distinct_from(
                sa.tuple_(new.places, new.office)
            ),
        )
    )
