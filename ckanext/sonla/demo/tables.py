"""Rows that look real: every column says by a maker's words how it is filled."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from .facts import Column, Commune, Entry, communes
from .series import SERIES

if TYPE_CHECKING:
    from pathlib import Path

PLACES = [
    "Bản Mòng",
    "Bản Hụm",
    "Bản Áng",
    "Bản Dọi",
    "Bản Lùn",
    "Bản Nà Sản",
    "Tiểu khu 2",
    "Tiểu khu 6",
    "Tổ dân phố 4",
    "Tổ dân phố 9",
    "Bản Phụ Mẫu",
    "Bản Bó",
    "Bản Cang",
    "Bản Pa Cốp",
    "Bản Hang Chú",
]
NAMES = [
    "Hoa Ban",
    "Tây Bắc",
    "Sông Đà",
    "Mộc Châu",
    "Tô Múa",
    "Chiềng Ngần",
    "Nà Sản",
    "Phiêng Khoài",
    "Ngọc Chiến",
    "Tà Xùa",
    "Pha Đin",
    "Nậm Mu",
    "Bản Hoa",
    "Thảo Nguyên",
    "Cao Nguyên Xanh",
    "Sơn Hà",
    "Hưng Thịnh",
    "An Phú",
]
PRODUCTS = [
    "Chè Shan tuyết",
    "Mận sấy dẻo",
    "Long nhãn",
    "Cà phê Arabica",
    "Xoài sấy",
    "Mật ong hoa nhãn",
    "Thịt trâu gác bếp",
    "Táo mèo ngâm",
    "Rượu Hang Chú",
    "Gạo nếp tan",
    "Sữa chua Mộc Châu",
]
PROCEDURES = [
    "Đăng ký khai sinh",
    "Cấp giấy phép xây dựng",
    "Chuyển mục đích sử dụng đất",
    "Đăng ký kết hôn",
    "Thành lập hộ kinh doanh",
    "Cấp phiếu lý lịch tư pháp",
    "Đăng ký biến động đất đai",
    "Xác nhận tình trạng hôn nhân",
    "Cấp chứng chỉ hành nghề",
    "Điều chỉnh dự án đầu tư",
]
RESEARCH = [
    "Xây dựng mô hình thâm canh mận hậu",
    "Ứng dụng chế phẩm sinh học trên cây cà phê",
    "Bảo tồn nguồn gen lợn bản",
    "Truy xuất nguồn gốc nông sản",
    "Phòng chống sạt lở đất",
    "Bảo tồn chữ Thái cổ",
    "Phát triển cây dược liệu dưới tán rừng",
]
PROJECTS = [
    "Khu du lịch sinh thái",
    "Nhà máy chế biến rau quả",
    "Khu đô thị mới",
    "Trang trại chăn nuôi",
    "Chợ đầu mối nông sản",
    "Cụm công nghiệp",
    "Nhà máy điện mặt trời",
]

Make = Callable[[random.Random, int, Commune, str], Any]


def _number(rng: random.Random, _row: int, _commune: Commune, words: str) -> Any:
    low, high, digits = words.split()
    value = round(rng.uniform(float(low), float(high)), int(digits))
    return int(value) if digits == "0" else value


def _date(rng: random.Random, _row: int, _commune: Commune, words: str) -> str:
    low, high = (date.fromisoformat(word) for word in words.split())
    return (low + timedelta(days=rng.randrange((high - low).days))).isoformat()


def _integer(rng: random.Random, _row: int, _commune: Commune, words: str) -> int:
    low, high = words.split()
    return rng.randint(int(low), int(high))


def _street(rng: random.Random, _row: int, commune: Commune, _words: str) -> str:
    return f"Đường {rng.choice(NAMES)} đoạn qua {commune.name}"


MAKERS: dict[str, Make] = {
    "commune.code": lambda _rng, _row, commune, _words: commune.code,
    "commune.name": lambda _rng, _row, commune, _words: commune.name,
    "commune.kind": lambda _rng, _row, commune, _words: commune.kind,
    "serial": lambda _rng, row, _commune, words: words % (row + 1),
    "integer": _integer,
    "number": _number,
    "date": _date,
    "choice": lambda rng, _row, _commune, words: rng.choice(words.split(";")),
    "flag": lambda rng, _row, _commune, words: str(rng.random() < float(words)).lower(),
    "named": lambda rng, row, commune, words: (
        f"{words} {rng.choice(NAMES)} {commune.name.split(' ', 1)[1]} {row % 7 + 1}"
    ),
    "company": lambda rng, row, _commune, _words: (
        f"Công ty {rng.choice(NAMES)} {rng.choice(NAMES)} {row + 1}"
    ),
    "product": lambda rng, _row, _commune, _words: (
        f"{rng.choice(PRODUCTS)} {rng.choice(NAMES)}"
    ),
    "procedure": lambda rng, row, _commune, _words: (
        f"{rng.choice(PROCEDURES)} (trường hợp {row % 12 + 1})"
    ),
    "research": lambda rng, _row, commune, _words: (
        f"{rng.choice(RESEARCH)} tại {commune.name}"
    ),
    "project": lambda rng, _row, commune, _words: (
        f"{rng.choice(PROJECTS)} {commune.name.split(' ', 1)[1]}"
    ),
    "address": lambda rng, _row, commune, _words: (
        f"{rng.choice(PLACES)}, {commune.name}, tỉnh Sơn La"
    ),
    "street": _street,
    "office_phone": lambda rng, _row, _commune, _words: (
        f"0212 3{rng.randint(700, 899)} {rng.randint(100, 999)}"
    ),
}


def _make(column: Column, rng: random.Random, row: int, commune: Commune) -> Any:
    maker, _, words = column.maker.partition(" ")
    return MAKERS[maker](rng, row, commune, words)


def rows(entry: Entry, provider: Commune | None = None) -> Iterator[list[Any]]:
    """Yield an entry's demonstration rows, the same at every call.

    Args:
        entry: whose table to fill.
        provider: the commune that provides it, for an entry owed by all of them.
    """
    rng = random.Random(f"{entry.code}/{provider.code if provider else ''}")  # noqa: S311 - demonstration rows, no secret
    if entry.rows in SERIES:
        yield from SERIES[entry.rows](rng)
        return
    places = communes()
    if entry.rows == "commune":
        chosen = list(places)
    else:
        count = int(entry.rows.removeprefix("n="))
        chosen = [provider or rng.choice(places) for _ in range(count)]
    for row, commune in enumerate(chosen):
        yield [_make(column, rng, row, commune) for column in entry.columns]


def write_csv(
    entry: Entry,
    path: Path,
    provider: Commune | None = None,
    *,
    skip: int = 0,
    until: str | None = None,
) -> int:
    """Write an entry's table as a CSV file with the fields' names; return the rows.

    Args:
        skip: how many of the first rows are left out.
        until: the last month that is written, of a table that begins with the month.
    """
    written = 0
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow([column.name for column in entry.columns])
        for row in islice(rows(entry, provider), skip, None):
            if until and row[0] > until:
                continue
            writer.writerow(row)
            written += 1
    return written
