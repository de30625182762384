"""The operating office, two agencies with their accounts, and feedback to one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories import catalogue
from tests.factories import feedback as make
from tests.factories.agencies import OFFICE, person
from tests.factories.approval import appoint
from tests.factories.people import Named

if TYPE_CHECKING:
    from ckanext.sonla.feedback.model import Feedback

EVERYBODY = (
    "officer", "leader", "other_officer", "other_leader", "operator", "office_leader",
    "auditor", "sysadmin", "stranger",
)  # fmt: skip


@dataclass
class People(Named):
    """User names by role, and the agencies that they belong to."""

    health: dict[str, Any]
    home: dict[str, Any]
    office: dict[str, Any]
    officer: str
    leader: str
    other_officer: str
    other_leader: str
    operator: str
    office_leader: str
    auditor: str
    sysadmin: str
    stranger: str

    def do(self, who: str | None, step: str, code: str, **data: Any) -> Any:
        """Take a step as somebody, with authorization."""
        return self.call(who, f"sonla_feedback_{step}", code=code, **data)


def everybody() -> People:
    """Make everybody."""
    health = catalogue.agency(name="so-y-te", title="Sở Y tế")
    home = catalogue.agency(name="so-noi-vu", title="Sở Nội vụ")
    office = catalogue.agency(name=OFFICE, title="Sở Khoa học và Công nghệ")
    return People(
        health=health,
        home=home,
        office=office,
        officer=appoint(health["id"], "officer"),
        leader=appoint(health["id"], "leader"),
        other_officer=appoint(home["id"], "officer"),
        other_leader=appoint(home["id"], "leader"),
        operator=appoint(office["id"], "operator"),
        office_leader=appoint(office["id"], "leader"),
        auditor=appoint(office["id"], "auditor"),
        sysadmin=person(sysadmin=True).name,
        stranger=person().name,
    )


@pytest.fixture
def people(with_plugins: None, clean_db: None) -> People:
    """Everybody whom feedback knows."""
    return everybody()


@pytest.fixture
def sent(people: People) -> Feedback:
    """Feedback that the health department has just received."""
    return make.received(people.health["id"])


@pytest.fixture
def code(sent: Feedback) -> str:
    """The code of what was sent."""
    return sent.code
