"""The operating office, two agencies with their accounts, and feedback to one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

import ckan.plugins.toolkit as tk
from ckan import model
from tests.catalogue.conftest import appoint
from tests.factories import catalogue
from tests.factories import feedback as make
from tests.factories.agencies import OFFICE, person

if TYPE_CHECKING:
    from ckanext.sonla.feedback.model import Feedback

EVERYBODY = (
    "officer", "leader", "other_officer", "other_leader", "operator", "office_leader",
    "auditor", "sysadmin", "stranger",
)  # fmt: skip


@dataclass
class People:
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

    def id_of(self, who: str) -> str:
        """Return somebody's id."""
        user = model.User.get(getattr(self, who))
        assert user is not None
        return user.id

    def do(self, who: str | None, step: str, code: str, **data: Any) -> Any:
        """Take a step as somebody, with authorization."""
        model.Session.expire_all()
        context: Any = {"user": getattr(self, who) if who else "", "ignore_auth": False}
        asked = {"code": code, **data}
        return tk.get_action(f"sonla_feedback_{step}")(context, asked)


def everybody() -> People:
    """Make everybody."""
    health = catalogue.agency(name="so-y-te", title="Sở Y tế")
    home = catalogue.agency(name="so-noi-vu", title="Sở Nội vụ")
    office = catalogue.agency(name=OFFICE, title="Sở Khoa học và Công nghệ")
    return People(
        health=health,
        home=home,
        office=office,
        officer=appoint(health, "officer"),
        leader=appoint(health, "leader"),
        other_officer=appoint(home, "officer"),
        other_leader=appoint(home, "leader"),
        operator=appoint(office, "operator"),
        office_leader=appoint(office, "leader"),
        auditor=appoint(office, "auditor"),
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
