"""Personal data: what blocks, what is asked once, what a decision allows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import approval as make
from tests.factories import catalogue

from .finding import findings, found, table_of, upload

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


@pytest.mark.parametrize(
    ("header", "values", "rule", "severity", "confidence"),
    [
        ("Số định danh", ("014085001234",), "identity", "blocks", "high"),
        ("CMND", ("050123456",), "identity", "blocks", "high"),
        # In a column called otherwise: nearly all of it, then a few of many.
        ("Mã số", ("014085001234", "014185001235", "014085001236"), "identity_like",
         "blocks", "high"),
        ("Mã số", ("014085001234", "014185001235", "014085001236", *["X"] * 9),
         "identity_like", "needs_reason", "low"),
        ("Số tài khoản", ("7900205123456",), "account", "blocks", "high"),
        ("Ghi chú", ("Chuyển khoản STK: 7900205123456",), "account", "blocks", "high"),
        # Of a household business: its own number, or since 2025 the owner's.
        ("Mã số thuế", ("8012345678-001",), "tax", "blocks", "high"),
        ("MST", ("014085001234",), "tax", "blocks", "high"),
        ("Điện thoại", ("0912345678",), "mobile", "needs_reason", "high"),
        ("Ghi chú", ("hỏi 0912345678", "x", "y", "z"), "mobile", "needs_reason",
         "medium"),
        ("Thư", ("a@gmail.com",), "mailbox", "needs_reason", "high"),
    ],
)  # fmt: skip
def test_each_kind_has_its_weight_and_says_how_sure_it_is(
    header: str, values: tuple[str, ...], rule: str, severity: str, confidence: str
) -> None:
    lines = [f'"{one}",{n}' for n, one in enumerate(values)]
    (finding,) = found(table_of(f"{header},stt", *lines), "personal.")
    assert finding["rule"] == f"personal.{rule}"
    assert finding["severity"] == severity
    assert finding["params"]["confidence"] == confidence
    assert values[0] not in finding["sentence"]


def test_nine_digits_beside_names_are_asked_about() -> None:
    lines = [f"Lò Văn {n},05012345{n}" for n in range(5)]
    asked = found(table_of("Họ và tên,Số thẻ", *lines), "personal.card_like")
    assert [one["severity"] for one in asked] == ["needs_reason"]
    lines = [f"Máy {n},05012345{n}" for n in range(5)]
    assert not found(table_of("Thiết bị,Số thẻ", *lines), "personal.card_like")


def _next(office: make.Office, dataset_id: str, text: str) -> dict[str, Any]:
    """Draft the next update of a dataset's only file."""
    revision = make.act(office.officer, "sonla_revision_open", dataset_id=dataset_id)
    package = make.show(revision["package_id"])
    upload(office, package["id"], text, id=package["resources"][0]["id"])
    return revision


def test_a_reason_for_telephones_is_given_once_for_the_column() -> None:
    """Another column, and what blocks, are asked about all the same."""
    office = make.office()
    text = table_of("ma,dien_thoai", "A,0912345678")
    revision = make.draft(office, file=None)
    upload(office, revision["package_id"], text)
    make.approve(office, make.submit(office, revision))
    text = table_of("ma,dien_thoai,lien_he", "A,0912345679,0987654321")
    update = _next(office, revision["dataset_id"], text)
    found = {one["column"]: one for one in findings(office, update, "personal.")}
    assert found["dien_thoai"]["severity"] == "informs"
    assert "Đã kiểm tra." in found["dien_thoai"]["sentence"]
    assert "0912345679" not in found["dien_thoai"]["sentence"]
    assert found["lien_he"]["severity"] == "needs_reason"
    make.approve(office, make.submit(office, update))
    third = _next(office, revision["dataset_id"], text + "B,0912345670,0987654320\n")
    assert {one["severity"] for one in findings(office, third, "personal.")} == {
        "informs"
    }


def test_a_decision_allows_the_columns_that_it_names() -> None:
    office = make.office()
    schema = {
        "fields": [
            {"name": "ten", "title": "Người hành nghề"},
            {"name": "so_tai_khoan", "title": "Số tài khoản"},
            {"name": "cccd", "title": "CCCD", "allowPersonal": "Luật Giá, điều 6"},
        ]
    }
    entry = catalogue.entry_in_force(
        lead_agency=office.name,
        tables=[{"name": "bang", "title": "Bảng", "schema": schema}],
    )
    revision = make.draft(office, file=None, catalogue_entry=entry["code"])
    text = table_of("ten,so_tai_khoan,cccd", "Lò Văn A,7900205123456,014085001234")
    upload(office, revision["package_id"], text)
    told = {one["column"]: one for one in findings(office, revision, "personal.")}
    assert told["so_tai_khoan"]["rule"] == "personal.account"
    assert told["cccd"]["rule"] == "personal.allowed"
    assert "Luật Giá, điều 6" in told["cccd"]["sentence"]
    assert "014085001234" not in told["cccd"]["sentence"]
