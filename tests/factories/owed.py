"""A province's obligations to look at: agencies that came in time, late, and not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ckan import model
from ckan.model.types import make_uuid
from ckanext.sonla.obligations import dates
from ckanext.sonla.obligations.model import (
    CHANGE,
    PERIODIC,
    FrozenQuarter,
    FrozenSummary,
    Obligation,
)
from ckanext.sonla.shared import calendar, clock

DAY = timedelta(days=1)
ENTRIES = (
    ("YT-01", "Bệnh viện, trung tâm y tế"),
    ("YT-02", "Cơ sở đủ điều kiện an toàn thực phẩm"),
    ("NN-01", "Công trình thủy lợi, hồ chứa"),
    ("NN-02", "Mã số vùng trồng"),
    ("NN-03", "Diện tích, sản lượng cây ăn quả theo xã"),
    ("DL-01", "Điểm du lịch, cơ sở lưu trú"),
)


def obligation(
    agency: str, code: str, title: str, period: clock.Period, **values: Any
) -> Obligation:
    """Put an obligation for a quarter into the table, as the clock makes it."""
    days_off = calendar.load()
    found = dates.of_period("quarterly", period, days_off)
    row = Obligation(
        id=make_uuid(),
        entry_code=code,
        entry_title=title,
        agency_id=agency,
        kind=PERIODIC,
        cycle="quarterly",
        period=str(period),
        period_first=period.first,
        start=found.start,
        opens=found.opens,
        opens_at=found.opens_at,
        target=found.target,
        due=found.due,
        due_at=found.due_at,
        made=found.opens_at,
    )
    for name, value in values.items():
        setattr(row, name, value)
    model.Session.add(row)
    return row


def came(row: Obligation, days: float) -> None:
    """Say that a leader approved it so many days after it was asked for."""
    met_at = row.opens_at + days * DAY
    row.met_at, row.submitted_at = met_at, met_at - DAY
    row.met_by = make_uuid()
    row.officer_seconds = int((days - 1) * 86400)
    row.leader_seconds = 86400


def changed(agency: str, code: str, title: str, days_ago: int) -> Obligation:
    """Say that an agency declared a change of its data some days ago."""
    found = dates.of_change(clock.today() - days_ago * DAY, calendar.load())
    row = Obligation(
        id=make_uuid(),
        entry_code=code,
        entry_title=title,
        agency_id=agency,
        kind=CHANGE,
        period=f"{found.start}:{agency}",
        start=found.start,
        opens=found.opens,
        opens_at=found.opens_at,
        target=found.target,
        due=found.due,
        due_at=found.due_at,
        made=found.opens_at,
        dataset_id=agency,
        answered_after=found.opens_at,
    )
    model.Session.add(row)
    return row


def province(agencies: list[str], domain: str) -> None:
    """Let each agency owe six entries for three quarters, each in its own way."""
    period = clock.period_of(clock.today(), "quarter")
    for back in range(3):
        for place, agency in enumerate(agencies):
            for number, (code, title) in enumerate(ENTRIES):
                row = obligation(agency, code, title, period, domain_id=domain)
                if back and (number + place * 2 + back) % 5:
                    came(row, 6 + number + 5 * (place % 3))
        period = period.previous()
    model.Session.commit()


def frozen(of: str, object_id: str) -> None:
    """Freeze the figures of the six quarters before this one."""
    period = clock.period_of(clock.today(), "quarter")
    for number in range(6):
        period = period.previous()
        if model.Session.get(FrozenQuarter, str(period)) is None:
            ends = clock.end_of(period.last)
            model.Session.add(
                FrozenQuarter(quarter=str(period), as_of=ends, frozen_at=ends)
            )
            model.Session.flush()
        counts = {
            "on_time": 9 + number % 4,
            "late": number % 3,
            "missing": (number * 2) % 3,
            "excused": number % 2,
        }
        model.Session.add(
            FrozenSummary(
                quarter=str(period),
                of=of,
                object_id=object_id,
                title="",
                counts=counts,
            )
        )
    model.Session.commit()
