"""Article 7.1: the annex of a decision, as provinces write it, becomes an edition.

The files in `annexes/` were saved by LibreOffice, the others are made by openpyxl; none
comes from our own export.
"""

from __future__ import annotations

import io
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from werkzeug.datastructures import FileStorage

import ckan.plugins.toolkit as tk
from tests.factories import catalogue as make

if TYPE_CHECKING:
    from tests.catalogue.conftest import People

ANNEXES = Path(__file__).parent / "annexes"


@pytest.fixture
def province(people: People) -> People:
    """Departments of today, some with what they were called before."""
    for name, title, more in (
        ("so-noi-vu", "Sở Nội vụ", {}),
        ("so-giao-duc-va-dao-tao", "Sở Giáo dục và Đào tạo", {}),
        ("so-nong-nghiep-va-moi-truong", "Sở Nông nghiệp và Môi trường", {}),
        ("so-van-hoa-the-thao-va-du-lich", "Sở Văn hóa, Thể thao và Du lịch", {}),
        ("van-phong-ubnd", "Văn phòng Ủy ban nhân dân tỉnh Sơn La", {}),
        ("xa-chieng-mai", "UBND xã Chiềng Mai",
         {"agency_kind": "commune", "former_names": '["UBND xã Chiềng Ban"]'}),
        ("phuong-to-hieu", "UBND phường Tô Hiệu", {"agency_kind": "commune"}),
    ):  # fmt: skip
        make.agency(name=name, title=title, **more)
    make.domain(name="nong-nghiep", title="Nông nghiệp và nông thôn")
    make.domain(name="giao-duc", title="Giáo dục và đào tạo")
    make.domain(name="hanh-chinh", title="Hành chính và tư pháp")
    return people


class Desk:
    """An operator at an edition, with a file in hand."""

    def __init__(self, people: People, kind: str = "replacing") -> None:
        self.people = people
        made = people.call("operator", "sonla_edition_create", kind=kind)
        self.edition = made["id"]

    def read(self, content: bytes, name: str = "a.xlsx", **more: Any) -> dict[str, Any]:
        """Look at what a file would bring."""
        upload = FileStorage(io.BytesIO(content), filename=name)
        return self.people.call(
            "operator", "sonla_edition_import",
            edition_id=self.edition, upload=upload, **more,
        )  # fmt: skip

    def confirm(self, found: dict[str, Any]) -> list[dict[str, Any]]:
        """Bring it into the edition, and return what is there."""
        assert found["good"], sentences(found)
        self.people.call(
            "operator", "sonla_edition_import_confirm", import_id=found["import_id"]
        )
        return self.entries()

    def entries(self) -> list[dict[str, Any]]:
        """Return the edition's entries."""
        return self.people.call("operator", "sonla_entry_list", edition=self.edition)[
            "results"
        ]


def sentences(found: dict[str, Any]) -> str:
    return "\n".join(
        f"{one['row']} {one['column']}: {one['sentence']}" for one in found["findings"]
    )


def workbook(rows: list[list[Any]], *merged: str) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for one in merged:
        sheet.merge_cells(one)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_by_domain_with_two_rows_of_headers_and_names_of_before(
    province: People,
) -> None:
    """LibreOffice: groups over headers, roman headings, STT anew in each, no codes."""
    desk = Desk(province)
    found = desk.read((ANNEXES / "theo-linh-vuc.xlsx").read_bytes())
    assert found["decision"] == "1268/QĐ-UBND (15/6/2026)"
    assert (found["count"], found["refused"]) == (5, 0), sentences(found)
    told = sentences(found)
    assert "Sở Lao động - Thương binh và Xã hội" in told
    assert "Sở Nội vụ" in told, "what follows it is named"
    assert {one["what"] for one in found["skipped"]} == {
        "title", "header", "heading", "footer",
    }  # fmt: skip
    entries = desk.confirm(found)
    assert [one["code"] for one in entries] == [f"DL-000{n}" for n in range(1, 6)]
    assert [one["domain"] for one in entries] == [
        "y-te", "y-te", "nong-nghiep", "nong-nghiep", "giao-duc",
    ]  # fmt: skip
    assert [one["lead_agency"] for one in entries] == [
        "so-y-te", "so-noi-vu", "so-nong-nghiep-va-moi-truong",
        "so-khoa-hoc-va-cong-nghe", "so-giao-duc-va-dao-tao",
    ]  # fmt: skip
    assert entries[3]["provider_agencies"] == ["phuong-to-hieu", "xa-chieng-mai"]
    assert entries[3]["providers"]["class"] == "commune"
    cycles = ["quarterly", "yearly", "yearly", "yearly", "yearly"]
    assert [one["update_cycle"] for one in entries] == cycles
    assert [one["publish_by"] for one in entries] == [
        "2026-12-31", "2026-12-31", "2026-12-31", None, "2027-03-31",
    ]  # fmt: skip
    assert entries[2]["formats"] == ["SHP"], "paper is no format"
    assert [one["position"] for one in entries] == [1, 2, 3, 4, 5]
    again = desk.read((ANNEXES / "theo-linh-vuc.xlsx").read_bytes())
    assert again["unchanged"] == 5, "the proposed codes are stable"


def test_by_agency_with_columns_in_another_order(province: People) -> None:
    """openpyxl: headings of agencies, a domain merged downwards, STT by formulas."""
    rows: list[list[Any]] = [
        ["DANH MỤC"],
        ["Định dạng dữ liệu", "Tên tập dữ liệu", "Mã định danh", "Lĩnh vực",
         "Định kỳ cập nhật", "Số TT", "Mức độ ưu tiên", "Phương thức chia sẻ"],
        ["A. SỞ Y TẾ"],
        ["CSV", "Trạm y tế", "YT.01", "Lĩnh vực y tế", "Hằng tháng", "=ROW()-3",
         "Cao", "Tải tệp và API"],
        ["PDF", "Thuốc đấu thầu", "YT.02", None, "Khi có biến động", "=ROW()-3",
         2, "API"],
        ["B. Ủy ban nhân dân xã Chiềng Ban"],
        ["XLSX", "Hộ nghèo", "XH.01", "Hành chính", "06 tháng", "=ROW()-4", 3, None],
    ]  # fmt: skip
    desk = Desk(province)
    content = workbook(rows, "A1:H1", "A3:H3", "D4:D5", "A6:H6")
    entries = desk.confirm(desk.read(content))
    told = [(one["code"], one["lead_agency"], one["domain"]) for one in entries]
    assert told == [
        ("YT.01", "so-y-te", "y-te"),
        ("YT.02", "so-y-te", "y-te"),
        ("XH.01", "xa-chieng-mai", "hanh-chinh"),
    ]
    assert [one["priority"] for one in entries] == [1, 2, 3]
    assert entries[0]["sharing"] == ["download", "api"]


def test_an_amendment_from_a_csv_keeps_what_it_does_not_say(
    province: People, line: dict[str, Any]
) -> None:
    """LibreOffice: semicolons, a column that says what happens to each entry."""
    make.entries_in_force(
        {**line, "title_en": "Health posts"},
        {**line, "code": "YT-02", "title": "Trạm y tế ở điểm du lịch", "note": "Giữ"},
    )
    desk = Desk(province, "amending")
    text = (ANNEXES / "sua-doi.csv").read_text(encoding="utf-8")
    found = desk.read(unicodedata.normalize("NFD", text).encode(), "sua-doi.csv")
    assert (found["added"], found["changed"], found["retired"]) == (1, 1, 1)
    entries = {one["code"]: one for one in desk.confirm(found)}
    assert entries["YT-01"]["state"] == "retired"
    amended = entries["YT-02"]
    assert set(amended["provider_agencies"]) == {
        "so-van-hoa-the-thao-va-du-lich", "so-y-te",
    }  # fmt: skip
    assert amended["update_cycle"] == "half_yearly"
    assert (amended["note"], amended["tables"]) == ("Giữ", line["tables"])
    assert entries["DL-0001"]["lead_agency"] == "van-phong-ubnd"


def test_a_whole_catalogue_takes_out_what_it_does_not_have(
    province: People, line: dict[str, Any]
) -> None:
    make.entries_in_force(line, {**line, "code": "YT-02", "title": "Bệnh viện"})
    rows = [
        ["STT", "Tên bộ dữ liệu", "Cơ quan chủ trì", "Kỳ cập nhật", "Lĩnh vực"],
        [1, line["title"].upper(), "Sở Y tế", "Hằng quý", "Y tế"],
    ]
    desk = Desk(province, "amending")
    part = desk.read(workbook(rows))
    assert (part["changed"], part["retired"]) == (1, 0)
    whole = desk.read(workbook(rows), complete=True)
    assert whole["retired_entries"] == [{"code": "YT-02", "title": "Bệnh viện"}]
    entries = {one["code"]: one["change"] for one in desk.confirm(whole)}
    assert entries == {"YT-01": "changed", "YT-02": "retired"}


def test_what_was_previewed_is_what_is_confirmed(
    province: People, line: dict[str, Any]
) -> None:
    """A preview of another state, or of other domains, is refused."""
    rows = [
        ["STT", "Mã", "Tên bộ dữ liệu", "Cơ quan chủ trì", "Kỳ cập nhật", "Lĩnh vực"],
        [1, "A1", "Trạm", "Sở Nội vụ", "Hằng quý", "Y tế"],
    ]
    desk = Desk(province)
    before = desk.read(workbook(rows))
    province.call("operator", "sonla_entry_create", edition_id=desk.edition, **line)
    with pytest.raises(tk.ValidationError, match="changed after this preview"):
        desk.confirm(before)
    assert [one["code"] for one in desk.entries()] == ["YT-01"]
    found = desk.read(workbook(rows))
    domain = make.model.Group.get("y-te")
    assert domain is not None
    domain.state = "deleted"
    make.model.Session.commit()
    with pytest.raises(tk.ValidationError, match="no longer fits"):
        desk.confirm(found)
    assert [one["code"] for one in desk.entries()] == ["YT-01"]


def test_each_line_says_what_was_understood_guessed_and_refused(
    province: People,
) -> None:
    rows = [
        ["STT", "Tên bộ dữ liệu", "Đơn vị", "Kỳ cập nhật", "Lĩnh vực", "Người soạn"],
        [1, "Trạm y tế", "Sở Y tế", "Hằng quý", "Y tế", "An"],
        [2, "Bệnh viện", "Sở Y tế tỉnh Sơn La", "Định kỳ 6 tháng một lần", "Y tế", ""],
        [3, "Việc làm", "Sở LĐ-TB&XH; UBND các huyện, thành phố", "Quý", "Y tế", ""],
        [4, "Nhà thuốc", "Sở Y tếe", "Hằng quý", "Y tế", ""],
        [5, "Vũ trụ", "Sở Y tế", "Hằng quý", "Thiên văn", ""],
    ]
    found = Desk(province).read(workbook(rows))
    statuses = [one["status"] for one in found["entries"]]
    assert statuses == ["understood", "guessed", "guessed", "refused", "refused"]
    told = sentences(found)
    assert "Is Sở Y tế meant?" in told
    assert "Thiên văn" in told
    assert "Người soạn" in told
    assert [one["how"] for one in found["columns"]] == ["known"] * 5 + ["ignored"]


def test_an_unknown_heading_is_said_once(province: People) -> None:
    rows = [
        ["STT", "Tên bộ dữ liệu", "Đơn vị", "Kỳ cập nhật"],
        ["I", "Lĩnh vực Thiên văn", None, None],
        *([n, f"Sao {n}", "Sở Y tế", "Quý"] for n in range(30)),
    ]
    found = Desk(province).read(workbook(rows))
    blocking = [one for one in found["findings"] if one["severity"] == "blocks"]
    assert len(blocking) == 1
    assert "Thiên văn" in blocking[0]["sentence"]
