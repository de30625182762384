"""The operating office with its accounts, an agency with its officer, a domain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.factories import catalogue as make
from tests.factories.agencies import person
from tests.factories.approval import appoint
from tests.factories.people import Named


@dataclass
class People(Named):
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
        operator=appoint(office["id"], "operator"),
        leader=appoint(office["id"], "leader"),
        auditor=appoint(office["id"], "auditor"),
        officer=appoint(agency["id"], "officer"),
        agency_leader=appoint(agency["id"], "leader"),
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
