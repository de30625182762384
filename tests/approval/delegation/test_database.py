# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""The database asks once more who decides."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests import factories
from tests.factories import approval as make

from .naming import name, shift

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


APPROVE = (
    "UPDATE sonla_revision SET state = 'publishing', decided = now(),"
    " decided_by = :who, decided_on_behalf_of = :behalf, delegation_id = :delegation"
    " WHERE id = :id"
)


def test_the_database_refuses_whoever_does_not_decide(office, delegate, superuser):
    """Past every action, as CKAN's own role: raw SQL, so sysadmin and ignore_auth."""
    made = name(office.leader, delegate)
    other = make.office()
    revision = make.submit(office, make.draft(office))
    ids = {
        who: model.User.get(who).id
        for who in (delegate, office.leader, office.officer, other.leader)
    }
    ids["sysadmin"] = factories.Sysadmin()["id"]

    def write(who: str, behalf: str | None, delegation: str | None) -> None:
        model.Session.execute(
            sa.text(APPROVE),
            {
                "who": ids[who],
                "behalf": behalf,
                "delegation": delegation,
                "id": revision["id"],
            },
        )

    leader = ids[office.leader]
    for attempt in (
        ("sysadmin", None, None),
        ("sysadmin", leader, made["id"]),
        (other.leader, None, None),
        (other.leader, leader, made["id"]),
        (office.officer, leader, made["id"]),
        (delegate, None, None),
        (delegate, leader, None),
        (delegate, ids[other.leader], made["id"]),
        (office.leader, leader, made["id"]),
        (office.leader, leader, None),
    ):
        with pytest.raises(tk.NotAuthorized, match="leader decides"):
            write(*attempt)
        model.Session.rollback()
    write(delegate, leader, made["id"])
    model.Session.rollback()
    for by in (timedelta(days=3), timedelta(days=-6)):
        shift(superuser, made["id"], by)
        with pytest.raises(tk.NotAuthorized, match="leader decides"):
            write(delegate, leader, made["id"])
        model.Session.rollback()


def test_a_delegation_stays_as_it_was_decided_also_in_the_database(office, delegate):
    name(office.leader, delegate)
    for statement in (
        "UPDATE sonla_delegation SET ends = ends + interval '1 year'",
        "UPDATE sonla_delegation SET delegate = on_behalf_of",
        "DELETE FROM sonla_delegation",
        "TRUNCATE sonla_delegation CASCADE",
        (
            "INSERT INTO sonla_delegation SELECT 'x', agency_id, delegate,"
            " on_behalf_of, decision, starts, ends, recorded_by, recorded"
            " FROM sonla_delegation"
        ),
    ):
        with pytest.raises(tk.NotAuthorized):
            model.Session.execute(sa.text(statement))
        model.Session.rollback()
