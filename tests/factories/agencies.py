"""Agencies and their accounts for tests."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ckan import model
from ckan.tests import factories
from ckan.tests.helpers import call_action

OFFICE = "so-khoa-hoc-va-cong-nghe"
DECISION = "Quyết định số 12/QĐ-SKHCN ngày 05/01/2026"


def account(name: str, **values: Any) -> dict[str, str]:
    """Return the fields of an account that needs no invitation."""
    return {
        "name": name,
        "email": f"{name}@sonla.gov.vn",
        "fullname": f"Tài khoản {name}",
        "password": "mat-khau-thu-nghiem-1",
        **values,
    }


def person(*, sysadmin: bool = False) -> model.User:
    """Make an account without a password and without a role.

    Put into its table: `user_create` takes a tenth of a second, and nearly every test
    needs a few accounts.
    """
    number = factories.fake.unique.random_int(100, 99999)
    user = model.User(
        name=f"tai-khoan-{number}",
        email=f"{number}@example.vn",
        fullname=f"Tài khoản {number}",
        sysadmin=sysadmin,
    )
    model.Session.add(user)
    model.Session.commit()
    return user


def agency(name: str = "so-y-te", **values: Any) -> dict[str, str]:
    """Return the fields of an agency."""
    return {
        "name": name,
        "title": "Sở Y tế",
        "agency_kind": "department",
        "agency_code": "H52.19",
        **values,
    }


def by_decision() -> None:
    """Name a decision for the transaction that appoints past every action."""
    model.Session.execute(sa.select(sa.func.set_config("sonla.decision", "1", True)))


def technical() -> str:
    """Return the name of a technical account."""
    return person(sysadmin=True).name


def provision(actor: str | None = None, **data: Any) -> dict[str, Any]:
    """Provision as somebody, with authorization; by default the technical account."""
    context = {
        "user": technical() if actor is None else actor,
        "ignore_auth": False,
    }
    try:
        return call_action(
            "sonla_agency_provision", context, **{"decision": DECISION, **data}
        )
    finally:
        model.Session.close()


def staff() -> dict[str, str]:
    """Make the operating office and one agency; return account names by role."""
    provision(
        agency=agency(OFFICE, title="Sở Khoa học và Công nghệ"),
        officer=account("cb-khcn"),
        leader=account("ld-khcn"),
        operator=account("van-hanh"),
        auditor=account("kiem-tra"),
    )
    provision(agency=agency(), officer=account("cb-yte"), leader=account("ld-yte"))
    return {
        "officer": "cb-yte",
        "leader": "ld-yte",
        "operator": "van-hanh",
        "auditor": "kiem-tra",
        "office_leader": "ld-khcn",
    }
