"""The words of an annex's cells for the values of the closed lists."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from ckanext.sonla.catalogue.folding import fold

# The first word of each is what an export writes.
WORDS: dict[str, dict[Any, tuple[str, ...]]] = {
    "update_cycle": {
        "monthly": (
            "Hằng tháng", "Hàng tháng", "Tháng", "Theo tháng", "1 tháng", "01 tháng",
            "Mỗi tháng",
        ),
        "quarterly": (
            "Hằng quý", "Hàng quý", "Quý", "Theo quý", "3 tháng", "03 tháng",
            "Mỗi quý",
        ),
        "half_yearly": (
            "6 tháng", "06 tháng", "Nửa năm", "6 tháng/lần", "Bán niên", "Sáu tháng",
        ),
        "yearly": (
            "Hằng năm", "Hàng năm", "Năm", "Theo năm", "1 năm/lần", "12 tháng",
            "1 năm", "01 năm", "Mỗi năm",
        ),
        "once": ("Một lần", "1 lần", "Không cập nhật", "01 lần"),
        "on_change": (
            "Khi có thay đổi", "Khi thay đổi", "Khi phát sinh", "Khi có phát sinh",
            "Thường xuyên", "Đột xuất", "Khi có biến động", "Khi có cập nhật",
            "Khi có sự thay đổi",
        ),
    },
    "content_kind": {
        "table": (
            "Bảng dữ liệu", "Bảng", "Dữ liệu bảng", "Dữ liệu có cấu trúc",
            "Bảng số liệu",
        ),
        "map": ("Bản đồ", "Dữ liệu không gian", "Dữ liệu bản đồ"),
        "document": ("Tài liệu", "Văn bản", "Dữ liệu phi cấu trúc"),
        "image": ("Hình ảnh", "Ảnh"),
        "api": ("API", "Dịch vụ dữ liệu"),
    },
    "sharing": {
        "download": (
            "Tải về", "Tải xuống", "Tệp", "Download", "Tải tệp", "File", "Tải file",
            "Công khai", "Công bố trên Cổng dữ liệu", "Công bố",
        ),
        "api": ("API", "Dịch vụ", "Qua API", "Dịch vụ chia sẻ dữ liệu", "LGSP"),
    },
    "priority": {
        1: ("Cao", "1", "I", "Rất cao", "Mức 1", "Ưu tiên 1"),
        2: ("Trung bình", "2", "Vừa", "II", "Mức 2", "Ưu tiên 2"),
        3: ("Thấp", "3", "III", "Mức 3", "Ưu tiên 3"),
    },
    "class": {
        "department": ("Các sở, ban, ngành", "Tất cả các sở, ban, ngành"),
        "public_unit": ("Các đơn vị sự nghiệp", "Các đơn vị sự nghiệp công lập"),
        "central_branch": ("Các cơ quan trung ương trên địa bàn tỉnh",),
        "commune": (
            "Tất cả các xã, phường",
            "Các xã, phường",
            "UBND các xã, phường",
            "UBND cấp xã",
            "Ủy ban nhân dân các xã, phường",
            "Ủy ban nhân dân cấp xã",
        ),
    },
    "change": {
        "added": ("Bổ sung", "Bổ sung mới", "Mới", "Thêm mới", "Thêm"),
        "changed": ("Sửa đổi", "Điều chỉnh", "Sửa đổi, bổ sung", "Thay thế"),
        "retired": (
            "Bãi bỏ", "Hủy bỏ", "Đưa ra khỏi danh mục", "Loại bỏ", "Bỏ", "Rút",
            "Đưa ra",
        ),
        "unchanged": ("Giữ nguyên", "Không thay đổi", "Không"),
    },
}  # fmt: skip
# A rhythm beside "when it changes" is the one that can be missed.
_WEAKER = "on_change"
# Oftener than any cycle of the portal: what is due follows the change itself.
_OFTENER = ("hang ngay", "hang tuan", "theo ngay", "theo tuan", "thoi gian thuc",
            "hang gio", "theo gio")  # fmt: skip
_TIMES = re.compile(
    r"(\d+|mot|hai|bon) lan(?: (?:moi|trong|tren))?(?: 1| mot)? (thang|quy|nam)\b"
)
_OFTEN = {"thang": "monthly", "quy": "quarterly", "nam": "yearly"}
_A_YEAR = {2: "half_yearly", 4: "quarterly", 12: "monthly"}
_NUMBERS = {"mot": 1, "hai": 2, "bon": 4}
_ONCE_EACH = re.compile(r" (?:mot|1|01) lan ")


def word(kind: str, value: Any) -> str:
    """Return the annex's word for a value of a closed list."""
    return WORDS[kind].get(value, (str(value),))[0]


@cache
def _folded(kind: str) -> dict[str, Any]:
    known = {fold(str(value)): value for value in WORDS[kind]}
    known |= {fold(one): value for value, words in WORDS[kind].items() for one in words}
    return known


def value_of(kind: str, text: str) -> Any | None:
    """Return the value that an annex's word stands for; None for an unknown one."""
    return _folded(kind).get(fold(text))


def guess_of(kind: str, text: str) -> Any | None:
    """Return the one value whose words a longer text has; None if there isn't one."""
    folded = f" {fold(text)} "
    if kind == "update_cycle":
        if (said := _times(folded)) is not None:
            return said
        # "3 tháng một lần" is no single time.
        folded = _ONCE_EACH.sub(" ", folded)
    found = set()
    for name, value in sorted(_folded(kind).items(), key=lambda one: -len(one[0])):
        if f" {name} " in folded:
            found.add(value)
            folded = folded.replace(f" {name} ", " | ")
    if len(found) > 1 and kind == "update_cycle":
        found -= {_WEAKER}
    return found.pop() if len(found) == 1 else None


def _times(folded: str) -> str | None:
    """Return the cycle that a text counts, such as `2 lần/năm`."""
    if any(f" {one} " in folded for one in _OFTENER):
        return "on_change"
    told = _TIMES.search(folded)
    if told is None:
        return None
    number = _NUMBERS.get(told[1]) or int(told[1])
    if number == 1:
        return _OFTEN[told[2]]
    return _A_YEAR.get(number) if told[2] == "nam" else None


def parts_of(text: str) -> list[str]:
    """Return the parts of a cell that lists several words."""
    found = re.split(r"[,;/|+\n]|\s+(?:và|hoặc|and)\s+", text)
    return [part.strip() for part in found if part.strip()]
