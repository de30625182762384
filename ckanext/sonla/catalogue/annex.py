"""The annex of a catalogue decision: its columns, their words, both ways.

An annex is an official document in Vietnamese, whatever language the reader's portal
has, so its headers and words stand here and not in the translations. The columns and
the other ways in which provinces write them: regulation notes on article 7.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from .directory import fold

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Column:
    """A column of the annex: the entry's field, its header, other headers for it."""

    field: str
    header: str
    others: tuple[str, ...] = ()

    def is_called(self, header: str) -> bool:
        """Tell whether a header, folded, names this column."""
        return header in {fold(one) for one in (self.header, *self.others)}


COLUMNS = (
    Column("position", "STT", ("TT", "Số TT", "Số thứ tự")),
    Column("code", "Mã", ("Mã dữ liệu", "Mã bộ dữ liệu", "Mã số", "Mã mục")),
    Column("domain", "Lĩnh vực", ("Ngành, lĩnh vực", "Chủ đề", "Lĩnh vực dữ liệu")),
    Column(
        "title",
        "Tên bộ dữ liệu",
        ("Tên dữ liệu", "Bộ dữ liệu", "Danh mục dữ liệu", "Tên dữ liệu mở"),
    ),
    Column("title_en", "Tên tiếng Anh", ("Tên bộ dữ liệu (tiếng Anh)",)),
    Column("description", "Mô tả", ("Mô tả dữ liệu", "Nội dung", "Nội dung dữ liệu")),
    Column(
        "fields",
        "Trường thông tin",
        ("Các trường thông tin", "Trường dữ liệu", "Các trường dữ liệu"),
    ),
    Column(
        "lead_agency",
        "Cơ quan chủ trì",
        ("Đơn vị chủ trì", "Cơ quan chủ trì cung cấp", "Cơ quan, đơn vị chủ trì"),
    ),
    Column("providers", "Cơ quan cung cấp", ("Đơn vị cung cấp", "Nơi cung cấp")),
    Column(
        "coordinating_agencies",
        "Cơ quan phối hợp",
        ("Đơn vị phối hợp", "Cơ quan, đơn vị phối hợp"),
    ),
    Column("source", "Nguồn/CSDL", ("Nguồn", "Nguồn dữ liệu", "CSDL", "Cơ sở dữ liệu")),
    Column("content_kind", "Loại nội dung", ("Loại dữ liệu", "Kiểu dữ liệu")),
    Column(
        "update_cycle",
        "Kỳ cập nhật",
        ("Tần suất cập nhật", "Chu kỳ cập nhật", "Thời gian cập nhật"),
    ),
    Column("formats", "Định dạng", ("Định dạng dữ liệu", "Định dạng chia sẻ")),
    Column(
        "sharing", "Hình thức chia sẻ", ("Hình thức công bố", "Phương thức chia sẻ")
    ),
    Column("priority", "Mức ưu tiên", ("Mức độ ưu tiên", "Ưu tiên")),
    Column(
        "publish_by",
        "Thời hạn công bố",
        ("Thời gian công bố", "Thời hạn hoàn thành", "Lộ trình công bố"),
    ),
    Column("licence", "Giấy phép", ("Điều khoản sử dụng",)),
    Column("note", "Ghi chú"),
    Column("tables", "Bảng (Table Schema)"),
)
REQUIRED = ("title", "lead_agency", "update_cycle")
# A spreadsheet's cell holds 32,767 characters; a long schema goes on in the next.
LONGEST_CELL = 32_000

# The first word of each is what an export writes.
WORDS: dict[str, dict[Any, tuple[str, ...]]] = {
    "update_cycle": {
        "monthly": ("Hằng tháng", "Hàng tháng", "Tháng", "Theo tháng", "1 tháng"),
        "quarterly": ("Hằng quý", "Hàng quý", "Quý", "Theo quý", "3 tháng"),
        "half_yearly": ("6 tháng", "06 tháng", "Nửa năm", "6 tháng/lần", "Bán niên"),
        "yearly": ("Hằng năm", "Hàng năm", "Năm", "Theo năm", "1 năm/lần", "12 tháng"),
        "once": ("Một lần", "1 lần", "Không cập nhật"),
        "on_change": (
            "Khi có thay đổi",
            "Khi thay đổi",
            "Khi phát sinh",
            "Khi có phát sinh",
            "Thường xuyên",
            "Đột xuất",
        ),
    },
    "content_kind": {
        "table": ("Bảng dữ liệu", "Bảng", "Dữ liệu bảng", "Dữ liệu có cấu trúc"),
        "map": ("Bản đồ", "Dữ liệu không gian"),
        "document": ("Tài liệu", "Văn bản"),
        "image": ("Hình ảnh", "Ảnh"),
        "api": ("API", "Dịch vụ dữ liệu"),
    },
    "sharing": {
        "download": ("Tải về", "Tải xuống", "Tệp", "Download"),
        "api": ("API", "Dịch vụ", "Qua API"),
    },
    "priority": {
        1: ("Cao", "1"),
        2: ("Trung bình", "2", "Vừa"),
        3: ("Thấp", "3"),
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
}


def word(kind: str, value: Any) -> str:
    """Return the annex's word for a value of a closed list."""
    return WORDS[kind].get(value, (str(value),))[0]


def value_of(kind: str, text: str) -> Any | None:
    """Return the value that an annex's word stands for; None for an unknown one."""
    folded = fold(text)
    for value, words in WORDS[kind].items():
        if folded in {fold(one) for one in words} or folded == fold(str(value)):
            return value
    return None


def cells_of(entry: Mapping[str, Any]) -> dict[str, str]:
    """Return an entry, as `sonla_entry_show` answers it, in the annex's words."""
    providers = entry["providers"]
    publish_by = entry["publish_by"]
    return {
        "position": str(entry["position"]),
        "code": entry["code"],
        "domain": entry["domain_title"],
        "title": entry["title"],
        "title_en": entry["title_en"],
        "description": entry["description"],
        "fields": "; ".join(field_titles(entry["tables"])),
        "lead_agency": entry["lead_agency_title"],
        "providers": (
            word("class", providers["class"])
            if providers["kind"] == "class"
            else "; ".join(entry["provider_titles"])
        ),
        "coordinating_agencies": "; ".join(entry["coordinating_titles"]),
        "source": entry["source"],
        "content_kind": word("content_kind", entry["content_kind"]),
        "update_cycle": word("update_cycle", entry["update_cycle"]),
        "formats": ", ".join(entry["formats"]),
        "sharing": ", ".join(word("sharing", one) for one in entry["sharing"]),
        "priority": word("priority", entry["priority"]),
        "publish_by": (
            date.fromisoformat(publish_by).strftime("%d/%m/%Y") if publish_by else ""
        ),
        "licence": entry["licence"],
        "note": entry["note"],
        "tables": (
            json.dumps(entry["tables"], ensure_ascii=False, separators=(",", ":"))
            if entry["tables"]
            else ""
        ),
    }


def field_titles(tables: list[dict[str, Any]]) -> list[str]:
    """Return the titles of the fields of an entry's tables."""
    return [
        str(one.get("title") or one["name"])
        for table in tables
        for one in table["schema"]["fields"]
    ]


def tables_from_titles(title: str, text: str) -> list[dict[str, Any]]:
    """Make a table of text fields from the annex's list of fields.

    A comma inside brackets belongs to the field, as in `địa chỉ (xã, bản)`.
    """
    names: list[str] = []
    fields = []
    for part in re.split(r"[,;\n](?![^()]*\))", text):
        label = part.strip(" .-\u2013\u2022\t")
        name = re.sub(r"\W+", "_", fold(label)).strip("_")[:50]
        if not name:
            continue
        name = name if name[0].isalpha() else f"c_{name}"
        while name in names:
            name += "_"
        names.append(name)
        fields.append({"name": name, "title": label, "type": "string"})
    if not fields:
        return []
    return [{"name": "bang", "title": title, "schema": {"fields": fields}}]


_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_MONTH = re.compile(r"(?:thang )?(\d{1,2}) (\d{4})")
_QUARTER = re.compile(r"quy (iv|i{1,3}|[1-4]) (?:nam )?(\d{4})")
_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4}


def day_of(text: str) -> date:
    """Read a day, or the last day of a month, quarter or year, as annexes write them.

    Raises:
        ValueError: it is none of these.
    """
    text = text.strip()
    if found := _DAY.fullmatch(text):
        day, month, year = map(int, found.groups())
        return date(year, month, day)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text[:10]):
        return date.fromisoformat(text[:10])
    folded = fold(text)
    if found := _QUARTER.fullmatch(folded):
        quarter = _QUARTERS.get(found[1]) or int(found[1])
        return _last_day(int(found[2]), quarter * 3)
    if found := _MONTH.fullmatch(folded):
        return _last_day(int(found[2]), int(found[1]))
    if found := re.fullmatch(r"(?:nam )?(\d{4})", folded):
        return _last_day(int(found[1]), 12)
    raise ValueError(text)


def _last_day(year: int, month: int) -> date:
    after = date(year + month // 12, month % 12 + 1, 1)
    return after - timedelta(days=1)
