"""Personal data is found, and what only looks like it is left alone."""

from __future__ import annotations

import pytest

from ckanext.sonla.shared import personal_patterns
from tests.factories import approval as make

from .finding import findings, found, table_of, upload

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


@pytest.mark.parametrize(
    ("header", "value", "rule"),
    [
        ("Số CCCD", "014085001234", "personal.identity"),
        ("CMND", "050123456", "personal.identity"),
        ("Mã số", "014 085 001 234", "personal.identity_like"),
        ("Điện thoại", "0912345678", "personal.mobile"),
        ("Liên hệ", "Gọi 0912345678 gặp ông Lò", "personal.mobile"),
        ("Thư", "nguyenvana@gmail.com", "personal.mailbox"),
        ("Số tài khoản", "7900205123456", "personal.account"),
        ("Mã số thuế", "8012345678", "personal.tax"),
        ("Ghi chú", "Bà Lò Thị A, CCCD số 014185001234", "personal.identity"),
    ],
)
def test_personal_data_is_found_and_its_example_is_masked(header, value, rule):
    others = [value[:-1] + digit for digit in "567"] if value[-1].isdigit() else []
    lines = [f'"{one}",{n}' for n, one in enumerate([value, *others])]
    (finding,) = found(table_of(f"{header},stt", *lines), "personal.")
    assert finding["rule"] == rule
    assert header in finding["sentence"]
    assert value not in finding["sentence"]
    assert finding["column"]
    assert finding["row"] == 1


@pytest.mark.parametrize(
    ("header", "values"),
    [
        # Company tax codes, landlines, office mailboxes, money, codes of 12 digits.
        ("Mã số thuế", ("5500123456", "5500123457")),
        ("Điện thoại", ("02123852001", "0212 3852 001")),
        ("Thư điện tử", ("so-yt@sonla.gov.vn", "th.chieng@edu.vn")),
        ("Kinh phí", ("125000000000", "998000000000")),
        ("Mã dự án", ("782202400001", "782202400002", "782202400003")),
        ("Mã hàng", ("500123456", "500123457")),
        ("Tên trường", ("Tiểu học Chiềng An", "Tiểu học Chiềng Xôm")),
        ("Năm thành lập", ("1985", "1990")),
    ],
)
def test_what_only_looks_like_it_is_left_alone(header, values):
    lines = [f"{one},{n}" for n, one in enumerate(values)]
    assert found(table_of(f"{header},stt", *lines), "personal.") == []


def test_names_with_birth_dates_block_and_names_alone_are_remarked():
    both = table_of("Họ và tên,Ngày sinh", "Lò Văn A,1985-01-02")
    (finding,) = found(both, "personal.")
    assert (finding["rule"], finding["severity"]) == ("personal.birth", "blocks")
    (finding,) = found(table_of("Họ tên,Chức vụ", "Lò Văn A,Hiệu trưởng"), "personal.")
    assert (finding["rule"], finding["severity"]) == ("personal.names", "informs")


def test_an_identity_number_blocks_in_a_column_called_so():
    office = make.office()
    revision = make.draft(office, file=None)
    upload(office, revision["package_id"], table_of("cccd,x", "014085001234,1"))
    refused = make.refusal(office.officer, "sonla_revision_submit", id=revision["id"])
    assert "personal.identity" in [one["rule"] for one in refused["findings"]]


def test_an_identity_number_in_the_description_is_found():
    office = make.office()
    revision = make.draft(office, notes="Liên hệ bà Lò Thị A (CCCD: 014185001234).")
    (finding,) = findings(office, revision, "personal.")
    assert finding["field"] == "notes"
    assert finding["link"].endswith("#field-notes")


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("014085001234", True),
        ("001203012345", True),  # of Hà Nội, a man born in 2003
        ("013085001234", False),  # no province has 013
        ("014485001234", False),  # nobody is of the 22nd century
        ("014295001234", False),  # 2095 is to come
        ("01408500123", False),
    ],
)
def test_a_citizens_number_is_known_by_its_parts(number, valid):
    import re

    pattern = personal_patterns.citizens_number(2026)
    assert bool(re.fullmatch(pattern, number)) is valid
