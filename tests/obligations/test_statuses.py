"""One rule in two languages: a status in Python is the status in the database."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ckan import model
from ckanext.sonla.obligations import statuses
from ckanext.sonla.obligations.model import Obligation
from ckanext.sonla.shared import clock
from tests.factories import obligations as make

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")

NOON = clock.end_of(make.dated("2026-10-10"))
# Instants lie close together, so that equal ones and neighbours come often.
instants = st.integers(-3, 3).map(lambda hours: NOON + timedelta(hours=hours))
perhaps = st.none() | instants
cases = st.lists(
    st.tuples(instants, instants, perhaps, perhaps, perhaps), min_size=1, max_size=40
)


def stored(number, case) -> Obligation:
    opens_at, due_at, met_at, excused_at, closed_at = case
    return Obligation(
        id=str(number), entry_code="DL", agency_id="a", kind="periodic",
        period=str(number), cycle="quarterly", entry_title="Trạm y tế",
        start=NOON.date(), opens=NOON.date(), target=NOON.date(), due=NOON.date(),
        opens_at=opens_at, due_at=due_at, made=NOON,
        met_at=met_at, met_by=met_at and "r",
        excused_at=excused_at, excused_reason=excused_at and "Lũ quét",
        closed_at=closed_at, closed_reason=closed_at and "agency_closed",
    )  # fmt: skip


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(cases=cases, now=instants)
def test_the_rule_in_python_is_the_rule_in_the_database(cases, now):
    found = [stored(number, case) for number, case in enumerate(cases)]
    try:
        model.Session.add_all(found)
        model.Session.flush()
        rows = model.Session.execute(sa.select(Obligation.id, statuses.status_at(now)))
        assert dict(rows.tuples().all()) == {
            one.id: statuses.status_of(one, now) for one in found
        }
    finally:
        model.Session.rollback()


@pytest.mark.parametrize(
    ("hour", "status"), [(-1, "not_yet_due"), (0, "due"), (23, "due"), (24, "missing")]
)
def test_what_nobody_delivers_is_due_from_its_first_day_and_missing_after_its_last(
    hour, status
):
    one = stored(1, (NOON, NOON + timedelta(days=1), None, None, None))
    assert statuses.status_of(one, NOON + timedelta(hours=hour)) == status
