"""The operating office with its accounts, an agency with its officer, a domain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

import ckan.plugins.toolkit as tk
from ckan import model
from tests.factories import catalogue as make
from tests.factories.agencies import by_decision, person


@dataclass
class People:
    """User names by role, and the agencies that they belong to."""

    office: dict[str, Any]
    agency: dict[str, Any]
    domain: dict[str, Any]
    operator: str
    leader: str
    auditor: str
    officer: str
    agency_leader: str
    sysadmin: str
    stranger: str

    def id_of(self, who: str) -> str:
        """Return somebody's id."""
        user = model.User.get(getattr(self, who))
        assert user is not None
        return user.id

    def call(self, who: str | None, action: str, **data: Any) -> Any:
        """Call an action as somebody, with authorization."""
        name = getattr(self, who) if who else ""
        # What an earlier call left behind is not this one's.
        model.Session.expire_all()
        return tk.get_action(action)({"user": name, "ignore_auth": False}, data)


def appoint(agency: dict[str, Any], role: str) -> str:
    """Give an agency an account of a role."""
    user = person()
    by_decision()
    member = model.Member(
        group=model.Group.get(agency["id"]),
        table_id=user.id,
        table_name="user",
        capacity=role,
    )
    model.Session.add(member)
    model.Session.commit()
    return user.name


@pytest.fixture
def people(with_plugins: None, clean_db: None) -> People:
    """Everybody whom the catalogue knows."""
    office = make.agency(
        name="so-khoa-hoc-va-cong-nghe", title="Sở Khoa học và Công nghệ"
    )
    agency = make.agency(name="so-y-te", title="Sở Y tế")
    return People(
        office=office,
        agency=agency,
        domain=make.domain(name="y-te", title="Y tế"),
        operator=appoint(office, "operator"),
        leader=appoint(office, "leader"),
        auditor=appoint(office, "auditor"),
        officer=appoint(agency, "officer"),
        agency_leader=appoint(agency, "leader"),
        sysadmin=person(sysadmin=True).name,
        stranger=person().name,
    )


@pytest.fixture
def edition(people: People) -> dict[str, Any]:
    """A replacing edition that the operator has begun."""
    return people.call("operator", "sonla_edition_create", kind="replacing")


@pytest.fixture
def line(people: People) -> dict[str, Any]:
    """An entry's fields, as an operator writes them."""
    return {
        "code": "YT-01",
        "title": "Danh sách trạm y tế xã",
        "lead_agency": "so-y-te",
        "domain": "y-te",
        "update_cycle": "quarterly",
        "formats": ["CSV"],
        "tables": [{"name": "tram", "title": "Trạm y tế", "schema": make.STATIONS}],
    }
