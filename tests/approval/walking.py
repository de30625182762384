# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false, reportArgumentType=false
# pyright: reportOperatorIssue=false, reportGeneralTypeIssues=false
"""The people of the stateful test, their walk, and the count of what was tried."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from functools import partial

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.common import config
from ckan.tests import factories
from ckanext.sonla.approval import faults, states, steps
from ckanext.sonla.approval.model import Revision
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.events import Event
from tests.approval import crashes, holding
from tests.approval.walk_steps import ANYBODY, MAKES, MAY, Mark, Steps
from tests.factories import approval as make

# Which operation's fault points a step comes to.
DYING = {"submit": "submit", "approve": "switch", "wait": "schedule"}
# What the log calls a step → the transition of the states' table.
_LOGGED = {f"revision.{said}": name for name, said in steps._EVENT_NAMES.items()}
# Each way that the states' table knows, as the walks count them.
WAYS = {
    (source, one.name, one.target)
    for one in states.TRANSITIONS
    for source in one.sources
}


@dataclass
class People:
    """Who tries what: the agency's own, a delegate, the operator, and strangers."""

    office: make.Office
    accounts: dict[str, str]

    @classmethod
    def make(cls) -> People:
        """Appoint everybody."""
        office, other = make.office(), make.office()
        agency = factories.Organization(name=config["sonla.policy.operating_office"])
        accounts = {
            "officer": office.officer,
            "leader": office.leader,
            "other officer": other.officer,
            "other leader": other.leader,
            "operator": make.appoint(agency["id"], "operator"),
            "delegate": factories.User()["name"],
        }
        until = (clock.today() + dt.timedelta(days=2)).isoformat()
        make.act(
            office.leader,
            "sonla_delegation_create",
            delegate=accounts["delegate"],
            until=until,
            decision={"number": "56/QĐ-UBND", "date": "2026-11-20"},
        )
        return cls(office, accounts)

    @property
    def deciders(self) -> set[str]:
        """Return the ids of those who may decide at all."""
        names = {self.accounts[who] for who in ("leader", "delegate")}
        return {model.User.get(name).id for name in names}


@dataclass
class Tried:
    """What a whole run came to, over all walks."""

    states: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    # How often somebody tried a step from a state.
    attempts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    places: Counter[str] = field(default_factory=Counter)
    # The transitions that the log tells of, by the dataset.
    courses: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)

    @property
    def transitions(self) -> Counter[tuple[str, str, str]]:
        """Return how often each way `(from, step, to)` was gone."""
        return Counter(way for course in self.courses.values() for way in course)

    def read_log(self, dataset_id: str) -> None:
        """Take what was made of a dataset's revisions from the log."""
        at: dict[str, str] = {}
        course = []
        events = model.Session.scalars(
            sa.select(Event).where(Event.object_id == dataset_id).order_by(Event.seq)
        )
        for event in events:
            revision = event.data.get("revision")
            if event.name == "revision.opened":
                at[revision] = states.DRAFT
            if step := _LOGGED.get(event.name):
                target = states.BY_NAME[step].target
                course.append((at[revision], step, target))
                at[revision] = target
                self.states[target] += 1
        self.courses[dataset_id] = course

    def sentence(self) -> str:
        """Tell the numbers."""
        gone = self.transitions
        return (
            f"{sum(self.outcomes.values())} attempts ({dict(self.outcomes)}) of"
            f" {len(self.attempts)} kinds, by {len({a[0] for a in self.attempts})}"
            f" people: {len(self.states)} of {len(states.STATES)} states,"
            f" {len(gone)} of {len(WAYS)} transitions ({gone.total()} made),"
            f" {len(self.kinds)} of {len(states.KINDS)} kinds of revisions, killed at"
            f" {len(self.places)} places {dict(self.places)}"
        )


class Walk(Steps):
    """One dataset, and everything that happens to it."""

    def __init__(self, people: People, tried: Tried) -> None:
        self.people = people
        self.tried = tried
        self.office = people.office
        self.number = 0
        # What a submitted content says, by its digest; and of a draft, by its package.
        self.said: dict[str, Mark] = {}
        self.drafted: dict[str, Mark] = {}
        self.read: str | None = None
        self.begin()

    def newest(self) -> Revision:
        """Return the newest revision, as the database has it."""
        model.Session.rollback()
        return model.Session.scalars(
            sa.select(Revision)
            .where(Revision.dataset_id == self.dataset_id)
            .order_by(Revision.opened.desc())
            .limit(1)
            .execution_options(populate_existing=True)
        ).one()

    def attempt(self, who: str, step: str) -> str:
        """Let somebody try something; what comes of it is an answer, not a fault."""
        before = self.newest()
        was = (before.id, before.state)
        try:
            getattr(self, step)(self.people.accounts[who], before)
            outcome = "200"
        except tk.NotAuthorized:
            outcome = "403"
        except tk.ObjectNotFound:
            outcome = "404"
        except tk.ValidationError:
            outcome = "409"
        self._note(who, step, outcome, was[1])
        if step not in ANYBODY:
            self._by_the_rules(who, step, outcome, was)
        return outcome

    def die(self, step: str, place: str) -> bool:
        """Let who usually does something do it in a process that is killed."""
        before = self.newest()
        was = before.state
        who = MAY.get(step, ("officer",))[0]
        act = partial(getattr(self, step), self.people.accounts[who], before)
        died = crashes.killed_at(place, act)
        if died:
            self.tried.places[place] += 1
        # A child's notes die with it: what would have been said is known beforehand.
        crashes.decide()
        self._learn(before)
        crashes.recover()
        self._note(who, f"{step} †", "died" if died else "200", was)
        return died

    def die_anywhere(self, step: str) -> bool:
        """Die on the way of a step, where it was tried least."""
        places = faults.declared()[DYING[step]]
        return self.die(step, min(places, key=lambda one: self.tried.places[one]))

    def _by_the_rules(
        self, who: str, step: str, outcome: str, was: tuple[str, str]
    ) -> None:
        """What is refused changes nothing; what is not, the states' table knows."""
        now = self.newest()
        told = (who, step, outcome, was[1], now.state)
        if outcome != "200":
            assert (now.id, now.state) == was, told
            return
        assert who in MAY[step], told
        if asked := MAKES.get(step):
            assert any(states.BY_NAME[one].starts_at(was[1]) for one in asked), told

    def _note(self, who: str, step: str, outcome: str, was: str) -> None:
        self.tried.attempts[who, step, was] += 1
        self.tried.outcomes[outcome] += 1
        now = self.newest()
        self.tried.states[now.state] += 1
        self.tried.kinds[now.kind] += 1

    def check(self) -> None:
        """Check the invariants in the state that was reached."""
        holding.check(self)
        self.tried.read_log(self.dataset_id)
        model.Session.rollback()
