"""Two at once, and a process that dies: nothing doubled, nothing lost, nothing half."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from ckan import model
from ckanext.datastore.backend import postgres
from ckanext.sonla.obligations import following, freezing, making, reminding
from ckanext.sonla.obligations.model import FrozenObligation, FrozenSummary, Reminder
from ckanext.sonla.shared import clock, faults
from ckanext.sonla.shared.mail import OutboxMail
from tests.factories import approval
from tests.factories import obligations as make
from tests.obligations.test_settling import submitted

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


@pytest.fixture
def office():
    return make.office(agency_kind="commune")


@pytest.fixture
def world(office):
    """Two agencies that owe a quarterly and a monthly entry, and one approval."""
    make.office(agency_kind="commune")
    make.operator()
    with make.at("2026-05-20 09:00"):
        both: dict[str, Any] = {"providers": {"kind": "class", "class": "commune"}}
        entry = make.entry(office, **both)
        make.entry(office, "monthly", **both)
    with make.at("2026-10-06 09:00"):
        revision = approval.approve(office, submitted(office, entry, "2026-Q3"))
        # As if the process had died before anybody heard of the approval.
        model.Session.execute(sa.text("DELETE FROM sonla_obligation_delivery"))
        model.Session.execute(sa.text("DELETE FROM sonla_obligation_progress"))
        model.Session.commit()
    return revision


def stored() -> dict[str, list[tuple]]:
    """Return all that the tasks write, without ids and the instants of writing."""
    model.Session.rollback()
    queries = {
        "obligations": (
            "SELECT entry_code, agency_id, kind, period, due, met_by, closed_reason"
            " FROM sonla_obligation ORDER BY 1, 2, 3, 4"
        ),
        "delivered": "SELECT revision, approved_at FROM sonla_obligation_delivery",
        "frozen": (
            "SELECT entry_code, agency_id, period, status"
            " FROM sonla_obligation_frozen ORDER BY 1, 2, 3"
        ),
        "summed": (
            "SELECT quarter, of, object_id, counts FROM sonla_obligation_summary"
            " ORDER BY 1, 2, 3"
        ),
        "told": (
            "SELECT o.entry_code, o.agency_id, o.period, r.rung"
            " FROM sonla_obligation_reminder r"
            " JOIN sonla_obligation o ON o.id = r.obligation_id ORDER BY 1, 2, 3, 4"
        ),
        "mails": "SELECT key FROM sonla_mail WHERE event LIKE 'obligation%' ORDER BY 1",
    }
    return {
        name: [tuple(row) for row in model.Session.execute(sa.text(query))]
        for name, query in queries.items()
    }


def forget_connections(*, close: bool) -> None:
    for engine in (
        model.meta.engine,
        postgres.get_write_engine(),
        postgres.get_read_engine(),
    ):
        assert engine is not None
        engine.dispose(close=close)


def killed_at(place: str, task: str) -> bool:
    """Run a task in a process of its own that is killed at a place."""
    model.Session.remove()
    pid = os.fork()
    if pid == 0:
        try:
            forget_connections(close=False)
            os.environ[faults.VARIABLE] = place
            make.run(task)
        finally:
            os._exit(1)
    _, status = os.waitpid(pid, 0)
    forget_connections(close=True)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


OURS = ("follow", "freeze", "make", "remind")
# What each task's last step needs the clock to show.
TASK_AT = {
    "follow": ("2026-10-06 09:30",),
    "make": ("2026-10-06 09:30",),
    "remind": ("2026-10-06 09:30",),
    "freeze": ("2027-01-01 00:00", "2027-01-01 02:00"),
}


@pytest.mark.parametrize("operation", OURS)
def test_a_task_killed_at_each_step_leaves_all_or_nothing(world, operation):
    task = f"obligations.{operation}"
    with make.at("2026-10-06 09:10"):
        if operation in ("remind", "freeze"):
            make.run("obligations.make")
    *first, last = TASK_AT[operation]
    for moment in first:
        with make.at(moment):
            make.run(task)
    before = stored()
    with make.at(last):
        for place in faults.declared()[operation]:
            assert killed_at(place, task), place
            assert stored() == before, place
        make.run(task)
        after = stored()
        assert after != before
        make.run(task)
        assert stored() == after


@contextmanager
def together(number: int, what):
    """Do something in several threads at once, each in a transaction of its own."""
    failures: list[BaseException] = []
    start = threading.Barrier(number)

    def run() -> None:
        try:
            start.wait(10)
            what()
            model.Session.commit()
        except BaseException as error:
            failures.append(error)
        finally:
            model.Session.remove()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    yield
    assert failures == []


def test_tasks_on_two_machines_at_once_do_everything_once(world):
    """Past the tick's own lock: what keeps them apart is in the tasks themselves."""
    with make.at("2026-10-06 09:30"):
        with together(4, making.make):
            once = stored()
        assert len(once["obligations"]) == 2 + 2 * 5 + 2
        with together(4, following.follow):
            pass
        with together(4, reminding.remind):
            pass
    assert len(stored()["mails"]) == 3
    with (
        make.at("2027-01-02 09:30"),
        together(4, lambda: freezing.freeze(clock.parse_period("2026-Q4"))),
    ):
        pass
    assert model.Session.query(FrozenObligation).count() == len(stored()["frozen"])
    assert model.Session.query(FrozenSummary).count() == 2 + 1 * 2 + 2
    assert model.Session.query(Reminder).count() == len(set(stored()["told"]))
    keys = model.Session.scalars(sa.select(OutboxMail.key)).all()
    assert len(keys) == len(set(keys))
