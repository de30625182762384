"""The columns of an annex, and the other names under which provinces write them.

Regulation notes on article 7. A header is compared without accents, case and
punctuation; a longer one that contains a name is taken for it, as a guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ckanext.sonla.catalogue.folding import fold

# A shorter name is found in too many headers that mean something else.
SHORTEST_GUESS = 8


@dataclass(frozen=True)
class Column:
    """A column of the annex: the entry's field, its header, other headers for it."""

    field: str
    header: str
    others: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """All its headers, to compare by."""
        return [fold(one) for one in (self.header, *self.others)]


COLUMNS = (
    Column("position", "STT", ("TT", "Số TT", "Số thứ tự", "Stt.")),
    Column(
        "code",
        "Mã",
        ("Mã dữ liệu", "Mã bộ dữ liệu", "Mã số", "Mã mục", "Mã định danh",
         "Ký hiệu", "Mã danh mục"),
    ),
    Column(
        "domain",
        "Lĩnh vực",
        ("Ngành, lĩnh vực", "Chủ đề", "Lĩnh vực dữ liệu", "Nhóm dữ liệu", "Ngành",
         "Nhóm lĩnh vực"),
    ),
    Column(
        "title",
        "Tên bộ dữ liệu",
        ("Tên dữ liệu", "Bộ dữ liệu", "Danh mục dữ liệu", "Tên dữ liệu mở",
         "Tên bộ dữ liệu mở", "Danh mục bộ dữ liệu", "Tên CSDL, bộ dữ liệu",
         "Tên tập dữ liệu", "Dữ liệu mở", "Tên danh mục dữ liệu", "Tên danh mục",
         "Danh mục dữ liệu mở", "Tên gọi"),
    ),
    Column(
        "title_en", "Tên tiếng Anh",
        ("Tên bộ dữ liệu (tiếng Anh)", "Tên bộ dữ liệu tiếng Anh"),
    ),
    Column(
        "description",
        "Mô tả",
        ("Mô tả dữ liệu", "Nội dung", "Nội dung dữ liệu", "Mô tả bộ dữ liệu",
         "Nội dung chính", "Mô tả tóm tắt", "Mô tả nội dung", "Phạm vi dữ liệu"),
    ),
    Column(
        "fields",
        "Trường thông tin",
        ("Các trường thông tin", "Trường dữ liệu", "Các trường dữ liệu",
         "Thông tin công bố", "Nội dung thông tin", "Trường thông tin công bố",
         "Các trường thông tin chính", "Cấu trúc dữ liệu"),
    ),
    Column(
        "lead_agency",
        "Cơ quan chủ trì",
        ("Đơn vị chủ trì", "Cơ quan chủ trì cung cấp", "Cơ quan, đơn vị chủ trì",
         "Cơ quan, đơn vị", "Cơ quan quản lý", "Đơn vị quản lý", "Cơ quan chủ quản",
         "Đơn vị chủ quản", "Đơn vị", "Cơ quan", "Sở, ban, ngành", "Chủ trì",
         "Cơ quan, đơn vị thực hiện", "Đơn vị thực hiện", "Cơ quan thực hiện",
         "Cơ quan chịu trách nhiệm", "Đơn vị chịu trách nhiệm",
         "Cơ quan, đơn vị chủ quản", "Cơ quan, đơn vị quản lý"),
    ),
    Column(
        "providers",
        "Cơ quan cung cấp",
        ("Đơn vị cung cấp", "Nơi cung cấp", "Cơ quan, đơn vị cung cấp",
         "Cơ quan cung cấp dữ liệu", "Đơn vị cung cấp dữ liệu",
         "Đối tượng cung cấp"),
    ),
    Column(
        "coordinating_agencies",
        "Cơ quan phối hợp",
        ("Đơn vị phối hợp", "Cơ quan, đơn vị phối hợp", "Phối hợp"),
    ),
    Column(
        "source", "Nguồn/CSDL",
        ("Nguồn", "Nguồn dữ liệu", "CSDL", "Cơ sở dữ liệu", "Hệ thống nguồn",
         "Nguồn cung cấp", "Hệ thống thông tin, CSDL"),
    ),
    Column(
        "content_kind", "Loại nội dung",
        ("Loại dữ liệu", "Kiểu dữ liệu", "Loại hình dữ liệu", "Dạng dữ liệu"),
    ),
    Column(
        "update_cycle",
        "Kỳ cập nhật",
        ("Tần suất cập nhật", "Chu kỳ cập nhật", "Thời gian cập nhật",
         "Định kỳ cập nhật", "Tần suất", "Chu kỳ", "Kỳ hạn cập nhật", "Cập nhật",
         "Thời hạn cập nhật", "Kỳ công bố"),
    ),
    Column(
        "formats", "Định dạng",
        ("Định dạng dữ liệu", "Định dạng chia sẻ", "Định dạng tệp", "Khuôn dạng",
         "Định dạng công bố"),
    ),
    Column(
        "sharing", "Hình thức chia sẻ",
        ("Hình thức công bố", "Phương thức chia sẻ", "Phương thức cung cấp",
         "Hình thức cung cấp", "Phương thức công bố", "Cách thức chia sẻ"),
    ),
    Column(
        "priority", "Mức ưu tiên",
        ("Mức độ ưu tiên", "Ưu tiên", "Thứ tự ưu tiên", "Độ ưu tiên"),
    ),
    Column(
        "publish_by",
        "Thời hạn công bố",
        ("Thời gian công bố", "Thời hạn hoàn thành", "Lộ trình công bố",
         "Thời hạn", "Lộ trình", "Thời gian hoàn thành", "Kế hoạch công bố",
         "Thời điểm công bố", "Thời hạn cung cấp"),
    ),
    Column("licence", "Giấy phép", ("Điều khoản sử dụng",)),
    Column("note", "Ghi chú", ("Chú thích",)),
    Column(
        "change", "Nội dung thay đổi",
        ("Hình thức thay đổi", "Thay đổi", "Sửa đổi, bổ sung", "Loại thay đổi"),
    ),
    Column("tables", "Bảng (Table Schema)"),
)  # fmt: skip
BY_FIELD = {column.field: column for column in COLUMNS}
HEADERS = {column.field: column.header for column in COLUMNS}
# What an export writes: an edition says by itself what it changes.
EXPORTED = tuple(column for column in COLUMNS if column.field != "change")
_EXACT = {name: column for column in COLUMNS for name in column.names}
_SCHEMA = re.compile(re.escape(fold(BY_FIELD["tables"].header)) + r" \d+")


@lru_cache(maxsize=2000)
def called(header: str) -> tuple[Column, bool] | None:
    """Return the column that a header means, and whether it is one of its names.

    Without being one, it contains one: a guess, by the longest name that it has.
    """
    folded = fold(header)
    if folded in _EXACT:
        return _EXACT[folded], True
    if _SCHEMA.fullmatch(folded):
        return BY_FIELD["tables"], True
    within = f" {folded} "
    found = [
        (len(name), column)
        for name, column in _EXACT.items()
        if len(name) >= SHORTEST_GUESS and f" {name} " in within
    ]
    if not found:
        return None
    return max(found, key=lambda one: one[0])[1], False
