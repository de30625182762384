# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false, reportArgumentType=false
# pyright: reportOperatorIssue=false, reportGeneralTypeIssues=false
"""The people of the stateful test, what they can try, and what must hold after it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import sqlalchemy as sa
from freezegun import freeze_time

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.common import config
from ckan.tests import factories
from ckanext.sonla.approval import digest, states, tables
from ckanext.sonla.approval.model import Revision, published_of
from ckanext.sonla.approval.publishing import recovery, renaming
from ckanext.sonla.approval.storage import store
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.events import Event
from tests.approval import crashes
from tests.factories import approval as make

SOON = dt.timedelta(hours=1)
# Content that bears a number everywhere: title, file and table.
Mark = int | None


@dataclass
class People:
    """Who tries what: the agency's own, a delegate, the operator, and strangers."""

    office: make.Office
    accounts: dict[str, str]

    @classmethod
    def make(cls) -> People:
        """Appoint everybody."""
        office, other = make.office(), make.office()
        accounts = {
            "officer": office.officer,
            "leader": office.leader,
            "other officer": other.officer,
            "other leader": other.leader,
        }
        agency = factories.Organization(name=config["sonla.policy.operating_office"])
        accounts["operator"] = make.appoint(agency["id"], "operator")
        if has("sonla_delegation_create"):
            accounts["delegate"] = factories.User()["name"]
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
        names = {
            self.accounts[who] for who in ("leader", "delegate") if who in self.accounts
        }
        return {model.User.get(name).id for name in names}


def has(action: str) -> bool:
    """Tell whether the portal has an action."""
    with suppress(KeyError):
        return bool(tk.get_action(action))
    return False


@dataclass
class Tried:
    """What a whole run came to, over all walks."""

    states: set[str] = field(default_factory=set)
    transitions: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    attempts: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    places: Counter[str] = field(default_factory=Counter)

    def sentence(self) -> str:
        """Tell the numbers."""
        return (
            f"{sum(self.outcomes.values())} attempts ({dict(self.outcomes)}) of"
            f" {len(self.attempts)} kinds: {len(self.states)} states"
            f" {sorted(self.states)}, {len(self.transitions)} transitions, killed at"
            f" {len(self.places)} places {dict(self.places)}"
        )


class Walk:
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
        self.events = 0
        self.begin()

    def begin(self) -> None:
        """Draft a dataset."""
        revision = make.draft(self.office, "yearly", file=b"%PDF-1.4 0", title="So 0")
        self.dataset_id = revision["dataset_id"]
        self._table(revision["package_id"], 0)
        self.drafted[revision["package_id"]] = 0
        self.events = 0

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

    # What somebody does

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
        self._note(who, step, outcome, was)
        return outcome

    def die(self, step: str, place: str) -> bool:
        """Let the officer or the leader do something in a process that is killed."""
        before = self.newest()
        was = (before.id, before.state)
        who = "officer" if step == "submit" else "leader"
        act = partial(getattr(self, step), self.people.accounts[who], before)
        died = crashes.killed_at(place, act)
        if died:
            self.tried.places[place] += 1
        # A child's notes die with it: what would have been said is known beforehand.
        self._undecided()
        crashes.recover()
        self._learn(before)
        self._note(who, f"{step} †", "died" if died else "200", was)
        return died

    def _undecided(self) -> None:
        for _ in range(100):
            recovery._end_prepared()
            model.Session.remove()
            if not renaming.undecided():
                return

    def edit(self, user: str, revision: Revision) -> None:
        """Give title, file and table a new number, all three."""
        self.number += 1
        package_id = revision.package_id
        make.act(user, "package_patch", id=package_id, title=f"So {self.number}")
        resource = make.show(package_id)["resources"][0]
        person = make.Office(self.office.id, self.office.name, user, "")
        content = b"%%PDF-1.4 %d" % self.number
        make.upload(person, package_id, content, id=resource["id"])
        self._table(package_id, self.number, person)
        self.drafted[package_id] = self.number

    def open(self, user: str, revision: Revision) -> None:  # noqa: ARG002 - all take both
        """Open an update, or begin anew where the dataset is gone."""
        package = model.Package.get(self.dataset_id)
        if package is None or package.state != "active":
            self.begin()
            return
        answer = make.act(user, "sonla_revision_open", dataset_id=self.dataset_id)
        public = published_of(self.dataset_id)
        self.drafted.setdefault(
            answer["package_id"], self.said[public.digest] if public else None
        )

    def submit(self, user: str, revision: Revision) -> None:
        """Submit, to be published at once."""
        self._submit(user, revision)

    def submit_for_later(self, user: str, revision: Revision) -> None:
        """Submit with an embargo."""
        self._submit(user, revision, publish_at=clock.iso_z(clock.now() + SOON))

    def _submit(self, user: str, revision: Revision, **more: Any) -> None:
        if revision.data_period is None:
            more["data_period"] = "2026"
        # What needs a reason gets one: the checks are not what is tried here.
        reasons = {}
        for _ in range(2):
            try:
                make.act(
                    user,
                    "sonla_revision_submit",
                    id=revision.id,
                    reasons=reasons,
                    **more,
                )
                break
            except tk.ValidationError as error:
                missing = error.error_dict.get("missing")
                if reasons or not missing:
                    raise
                model.Session.rollback()
                reasons = {one["key"]: "Đúng như vậy" for one in missing}
        self._learn(revision)

    def _learn(self, revision: Revision) -> None:
        """Remember what the digest stands for that a submit made."""
        now = model.Session.get(Revision, revision.id, populate_existing=True)
        if now.digest and now.digest not in self.said:
            self.said[now.digest] = self.drafted.get(now.package_id)

    def look(self, user: str, revision: Revision) -> None:
        """Read, in a window that may stay open while others go on."""
        shown = make.act(user, "sonla_revision_show", id=revision.id)
        self.read = shown["digest"]

    def approve(self, user: str, revision: Revision) -> None:
        """Approve what stands there now."""
        self._approve(user, revision, revision.digest)

    def approve_what_was_read(self, user: str, revision: Revision) -> None:
        """Approve in the window that was opened earlier."""
        self._approve(user, revision, self.read)
        assert self.read == revision.digest

    def _approve(self, user: str, revision: Revision, name: str | None) -> None:
        make.act(user, "sonla_revision_approve", id=revision.id, digest=name or "0")

    def _step(self, name: str, user: str, revision: Revision, **more: Any) -> None:
        make.act(user, f"sonla_revision_{name}", id=revision.id, **more)

    def withdraw(self, user: str, revision: Revision) -> None:
        """Take it back."""
        self._step("withdraw", user, revision)

    def give_back(self, user: str, revision: Revision) -> None:
        """Return it with directions."""
        self._step("return", user, revision, comment="Bổ sung")

    def discard(self, user: str, revision: Revision) -> None:
        """Give it up."""
        self._step("discard", user, revision)

    def no_change(self, user: str, revision: Revision) -> None:  # noqa: ARG002 - all take both
        """Declare that the data still holds."""
        public = published_of(self.dataset_id)
        self.number += 1
        answer = make.act(
            user, "sonla_no_change_confirm", dataset_id=self.dataset_id,
            data_period=str(2030 + self.number),
        )  # fmt: skip
        self.said[answer["digest"]] = self.said[public.digest]
        self.drafted[answer["package_id"]] = self.said[public.digest]

    def retire(self, user: str, revision: Revision) -> None:  # noqa: ARG002 - all take both
        """Declare that the agency no longer provides the data."""
        answer = make.act(
            user, "sonla_dataset_retire", dataset_id=self.dataset_id, reason="Hết nguồn"
        )
        self.said[answer["digest"]] = None

    def take_down(self, user: str, revision: Revision) -> None:  # noqa: ARG002 - all take both
        """Take the dataset down."""
        make.act(
            user, "sonla_dataset_take_down", dataset_id=self.dataset_id, reason="Lộ số"
        )

    def restore(self, user: str, revision: Revision) -> None:  # noqa: ARG002 - all take both
        """Give the public back what was approved."""
        make.act(
            user, "sonla_dataset_restore", dataset_id=self.dataset_id, reason="Đã xem"
        )

    def wait(self, user: str, revision: Revision) -> None:  # noqa: ARG002 - all take both
        """Let the embargo's time come, and the tick."""
        with freeze_time(clock.now() + 2 * SOON):
            recovery.publish_scheduled()
        recovery.resolve_leftovers()

    def _table(
        self, package_id: str, number: int, person: make.Office | None = None
    ) -> None:
        resource = make.show(package_id)["resources"][0]["id"]
        rows = [{"ma": key, "so": number} for key in "AB"]
        make.table(person or self.office, resource, rows)

    def _note(self, who: str, step: str, outcome: str, was: tuple[str, str]) -> None:
        model.Session.rollback()
        now = self.newest()
        tried = self.tried
        tried.attempts[f"{who}: {step}"] += 1
        tried.outcomes[outcome] += 1
        tried.states.add(now.state)
        if was != (now.id, now.state):
            tried.transitions[was[1] if was[0] == now.id else "-", step, now.state] += 1

    # What must hold

    def check(self) -> None:
        """Check the invariants in the state that was reached."""
        model.Session.rollback()
        revisions = model.Session.scalars(
            sa.select(Revision).where(Revision.dataset_id == self.dataset_id)
        ).all()
        for revision in revisions:
            self._four_eyes(revision)
            self._names_what_it_names(revision)
        self._face()
        self._nothing_lost(revisions)
        assert renaming.undecided() == []
        model.Session.rollback()

    def _four_eyes(self, revision: Revision) -> None:
        """Invariant 2."""
        if revision.state in (*states.PUBLIC, states.SCHEDULED, states.PUBLISHING):
            assert revision.decided_by in self.people.deciders
            assert revision.decided_by != revision.submitted_by
            assert revision.decided_by not in revision.editors

    def _names_what_it_names(self, revision: Revision) -> None:
        """Invariant 3."""
        if revision.state in (*states.FROZEN, *states.PUBLIC):
            assert revision.digest == digest.digest_of(revision.content)
        elif revision.state in states.EDITABLE:
            assert revision.digest is None

    def _face(self) -> None:
        """Invariants 1 and 4: title, file and table are of what was approved."""
        public = published_of(self.dataset_id)
        try:
            package = make.act(None, "package_show", id=self.dataset_id)
        except (tk.NotAuthorized, tk.ObjectNotFound):
            model.Session.rollback()
            assert public is None or self._taken_down()
            return
        assert public is not None
        assert not self._taken_down()
        if public.kind == "retirement":
            assert package["resources"] == []
            return
        mark = self.said[public.digest]
        [resource] = package["resources"]
        with store.reading(resource["sha256"]) as file:
            content = file.read()
        rows = make.rows(None, resource["id"])
        assert package["title"] == f"So {mark}"
        assert content == b"%%PDF-1.4 %d" % mark
        assert rows == [{"ma": key, "so": mark} for key in "AB"]
        with tables.owning() as cursor:
            assert tables.owner_of(cursor, resource["id"]) == tables.owner_role()

    def _taken_down(self) -> bool:
        names = model.Session.scalars(
            sa.select(Event.name)
            .where(Event.object_id == self.dataset_id)
            .order_by(Event.seq)
        ).all()
        turns = [
            one for one in names if one in ("dataset.taken_down", "dataset.restored")
        ]
        return bool(turns) and turns[-1] == "dataset.taken_down"

    def _nothing_lost(self, revisions: Any) -> None:
        """Invariant 6."""
        count = model.Session.scalar(
            sa.select(sa.func.count())
            .select_from(Event)
            .where(Event.object_id == self.dataset_id)
        )
        assert count >= self.events
        self.events = count
        for revision in revisions:
            if revision.state not in states.PUBLIC:
                continue
            for resource in revision.content["resources"]:
                for part in (resource["file"], resource["table"]):
                    assert part is None or store.exists(part["sha256"])
