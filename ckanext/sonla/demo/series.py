"""Tables that run over time: prices, levels, cases, visitors."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from .facts import communes

Series = Callable[[random.Random], Iterator[list[Any]]]
LAST_MONTHS = [f"2025-{month:02d}" for month in range(1, 13)] + [
    f"2026-{month:02d}" for month in range(1, 10)
]
GOODS = (
    ("Gạo tẻ thường", "kg", 17000),
    ("Thịt lợn mông sấn", "kg", 125000),
    ("Trứng gà", "10 quả", 34000),
    ("Rau cải ngọt", "kg", 16000),
    ("Xăng RON 95-III", "lít", 21500),
    ("Gas 12 kg", "bình", 445000),
)


def months(rng: random.Random) -> Iterator[list[Any]]:
    """One-stop offices: files received, in time and late, by month and field."""
    for month in LAST_MONTHS[-3:]:
        for field in ("Hộ tịch", "Chứng thực", "Đất đai", "Bảo trợ xã hội"):
            received = rng.randint(20, 400)
            late = rng.randint(0, 6)
            yield [month, field, received, received - late, late]


def prices(rng: random.Random) -> Iterator[list[Any]]:
    """Retail prices of six goods in eight wards, day by day since 2025."""
    wards = [commune.code for commune in communes() if commune.kind == "phường"]
    day = date(2025, 1, 1)
    while day <= date(2026, 9, 30):
        for ward in wards:
            for goods, unit, price in GOODS:
                moved = price * (1 + rng.uniform(-0.06, 0.06))
                yield [day.isoformat(), ward, goods, unit, int(round(moved, -2))]
        day += timedelta(days=1)


def levels(rng: random.Random) -> Iterator[list[Any]]:
    """Hourly levels of twelve reservoirs over a year: 105,120 rows."""
    start = datetime(2025, 10, 1, tzinfo=UTC)
    for lake in range(1, 13):
        base = 180 + 35 * lake
        for hour in range(365 * 24):
            season = 6 * math.sin(2 * math.pi * (hour / 8760 + 0.55))
            moment = start + timedelta(hours=hour)
            yield [
                f"TL-{lake:03d}",
                moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
                round(base + season + rng.uniform(-0.05, 0.05), 2),
                round(max(0.0, 4 + season / 2 + rng.uniform(-0.8, 0.8)), 2),
            ]


def air(rng: random.Random) -> Iterator[list[Any]]:
    """Daily air quality at three stations."""
    day = date(2025, 1, 1)
    while day <= date(2026, 9, 30):
        burning = 1.9 if day.month in (2, 3, 4) else 1.0
        for station in ("Tô Hiệu", "Mộc Châu", "Mai Sơn"):
            fine = round(rng.uniform(9, 38) * burning, 1)
            yield [
                day.isoformat(),
                station,
                fine,
                round(fine * 1.6, 1),
                min(500, round(fine * 2.1)),
            ]
        day += timedelta(days=1)


def disease(rng: random.Random) -> Iterator[list[Any]]:
    """Weekly cases of five communicable diseases."""
    for year in range(2022, 2027):
        for week in range(1, 53 if year < 2026 else 40):  # noqa: PLR2004 - the last full week
            for name in ("Sởi", "Tay chân miệng", "Thủy đậu", "Cúm", "Sốt xuất huyết"):
                yield [year, week, name, rng.randint(0, 46), 0]


def fruit(rng: random.Random) -> Iterator[list[Any]]:
    """Area and output of six fruits by commune and year."""
    for year in range(2021, 2026):
        for commune in communes():
            for tree in ("Xoài", "Nhãn", "Mận hậu", "Chuối", "Na", "Thanh long"):
                area = round(rng.uniform(2, 420), 1)
                yield [
                    year,
                    commune.code,
                    tree,
                    area,
                    round(area * rng.uniform(5, 11), 1),
                ]


def livestock(rng: random.Random) -> Iterator[list[Any]]:
    """Half-yearly count of animals by commune."""
    for half in ("2025-H1", "2025-H2", "2026-H1"):
        for commune in communes():
            for animal in ("Trâu", "Bò", "Lợn", "Gia cầm"):
                top = 60000 if animal == "Gia cầm" else 6000
                yield [half, commune.code, animal, rng.randint(120, top)]


def population(rng: random.Random) -> Iterator[list[Any]]:
    """Average population by commune and year, men and women."""
    for year in range(2021, 2026):
        for commune in communes():
            men = rng.randint(2100, 15500)
            yield [year, commune.code, men, round(men * rng.uniform(0.95, 1.01))]


def index(rng: random.Random) -> Iterator[list[Any]]:
    """Monthly index of industrial production by branch."""
    for month in LAST_MONTHS:
        for branch in ("Toàn ngành", "Khai khoáng", "Chế biến, chế tạo", "Điện"):
            yield [
                month,
                branch,
                round(rng.uniform(88, 117), 2),
                round(rng.uniform(92, 121), 2),
            ]


def grdp(rng: random.Random) -> Iterator[list[Any]]:
    """Gross regional product by sector and year."""
    for year in range(2015, 2026):
        growth = 1.07 ** (year - 2015)
        for sector, base in (
            ("Nông, lâm nghiệp và thủy sản", 9800),
            ("Công nghiệp và xây dựng", 11200),
            ("Dịch vụ", 14600),
            ("Thuế sản phẩm trừ trợ cấp", 2100),
        ):
            value = base * growth * rng.uniform(0.98, 1.03)
            yield [year, sector, round(value * 1.35, 1), round(value, 1)]


def exam(rng: random.Random) -> Iterator[list[Any]]:
    """Graduation results by subject and year."""
    for year in range(2020, 2027):
        for subject in ("Toán", "Ngữ văn", "Tiếng Anh", "Vật lí", "Lịch sử", "Địa lí"):
            yield [
                year,
                subject,
                rng.randint(1800, 11800),
                round(rng.uniform(4.4, 7.3), 2),
            ]


def visitors(rng: random.Random) -> Iterator[list[Any]]:
    """Monthly visitors and revenue."""
    for month in LAST_MONTHS:
        home = rng.randint(240000, 620000)
        abroad = rng.randint(9000, 41000)
        yield [month, home, abroad, round((home + 2 * abroad) / 780, 1)]


def budget(rng: random.Random) -> Iterator[list[Any]]:
    """The provincial budget's main items by year."""
    for year in range(2021, 2027):
        for item in (
            "Thu nội địa",
            "Thu bổ sung từ ngân sách trung ương",
            "Chi đầu tư phát triển",
            "Chi thường xuyên",
            "Dự phòng ngân sách",
        ):
            yield [year, item, round(rng.uniform(210000, 9800000))]


SERIES: dict[str, Series] = {
    "months": months,
    "prices": prices,
    "levels": levels,
    "air": air,
    "disease": disease,
    "fruit": fruit,
    "livestock": livestock,
    "population": population,
    "index": index,
    "grdp": grdp,
    "exam": exam,
    "visitors": visitors,
    "budget": budget,
}
