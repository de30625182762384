"""What is done for everybody at once is planned for many, whatever statistics say.

PostgreSQL plans by statistics, and those of a table that was empty a moment ago call
for loops: each row of one table read against all rows of another. A quarter's opening
planned so took hours where it takes seconds. A test's handful of rows calls for the
same plans, so they can be read here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from ckan import model
from ckanext.sonla.obligations.model import Delivery, Progress
from tests.factories import approval
from tests.factories import obligations as make
from tests.obligations.test_settling import submitted

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")
TABLES = ("sonla_obligation", "sonla_held_", "sonla_entry")
VERBS = ("INSERT", "UPDATE", "WITH", "SELECT", "CREATE TEMP")
Plan = dict[str, Any]


class Plans:
    """PostgreSQL's plan of each statement about what is owed, while it is entered."""

    def __init__(self) -> None:
        self.found: list[tuple[str, Plan]] = []

    def __enter__(self) -> Plans:
        event.listen(model.meta.engine, "before_cursor_execute", self._explain)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(model.meta.engine, "before_cursor_execute", self._explain)

    def _explain(
        self, _connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any
    ) -> None:
        if isinstance(parameters, list) or not statement.lstrip().startswith(VERBS):
            return
        if not any(table in statement for table in TABLES):
            return
        cursor.execute(f"EXPLAIN (FORMAT JSON, SETTINGS) {statement}", parameters)
        [told] = cursor.fetchone()[0]
        self.found.append((statement, {**told["Plan"], **told.get("Settings", {})}))

    def of(self, words: str) -> list[Plan]:
        """Return the plans of the statements with some words in them."""
        return [plan for statement, plan in self.found if words in statement]

    def repeated(self) -> list[tuple[str, str]]:
        """Return the tables that a loop reads whole for each row, and where."""
        return [
            (str(one["Relation Name"]), statement)
            for statement, plan in self.found
            for one in _nodes(plan)
            if one["Node Type"] == "Nested Loop"
            for one in _nodes(one["Plans"][1])
            if one["Node Type"] == "Seq Scan"
        ]


def _nodes(plan: Plan) -> Iterator[Plan]:
    yield plan
    for one in plan.get("Plans", []):
        yield from _nodes(one)


@pytest.fixture
def office():
    office = make.office(agency_kind="commune")
    make.operator()
    with make.at("2026-05-20 09:00"):
        for _ in range(3):
            make.entry(office, publish_by="2026-12-31")
    return office


def test_no_table_is_read_again_for_each_row_when_a_quarter_opens(office):
    with make.at("2026-10-06 09:00"), Plans() as plans:
        make.run("obligations.make", "obligations.remind")
    assert plans.of("INSERT INTO sonla_obligation (")
    assert plans.of("closed_reason = ended.reason")
    assert plans.of("SET met_at = timed.approved_at")
    assert plans.of("sonla_obligation_reminder")
    assert plans.repeated() == []


def test_what_is_there_already_is_found_in_the_index_of_the_key(office):
    """And not by an anti-join, whose plan would be the statistics' luck."""
    with make.at("2026-10-06 09:00"), Plans() as plans:
        make.run("obligations.make")
    [periods] = plans.of("'periodic', p.period")
    assert periods["Conflict Resolution"] == "NOTHING"
    assert not [one for one in _nodes(periods) if one.get("Join Type") == "Anti"]


def test_no_table_is_read_again_for_each_row_when_a_quarter_is_frozen(office):
    with make.at("2027-01-02 09:00"):
        make.run("obligations.freeze")
    with make.at("2027-01-02 11:00"), Plans() as plans:
        make.run("obligations.freeze")
    assert plans.of("INSERT INTO sonla_obligation_frozen")
    assert plans.repeated() == []


def test_after_an_outage_many_revisions_are_settled_in_one_reading(office, monkeypatch):
    monkeypatch.setattr("ckanext.sonla.obligations.settling.FEW", 0)
    with make.at("2026-10-06 09:00"):
        make.run("obligations.make")
        entry = {"code": make.owed(kind="periodic")[0]["entry"]}
        approval.approve(office, submitted(office, entry, "2026-Q3"))
        for table in (Delivery, Progress):
            model.Session.execute(sa.delete(table))
        model.Session.commit()
        with Plans() as plans:
            make.run("obligations.follow")
    [settled] = plans.of("SET met_at = timed.approved_at")
    assert settled["enable_nestloop"] == "off"
    # The loops that stay are reckoned dear, and compiling them takes seconds.
    assert settled["jit"] == "off"
