"""Nobody's numbers and addresses reach the public through what a sender wrote."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from ckanext.sonla.feedback.masking import HIDDEN, masked

_GAPS = some.sampled_from(["", " ", ".", "-", "\u00a0", "\u200b", " - ", "\u2013"])
_DIGITS = some.lists(some.integers(0, 9), min_size=9, max_size=15)
_AROUND = some.text(
    some.characters(exclude_categories=("Nd", "Nl", "No", "Cs")), max_size=20
)


@pytest.mark.parametrize(
    "told",
    [
        "0987654321",
        "0987.654.321",
        "+84 987 654 321",
        "(+84) 98-765-4321",
        "(0212) 3852 123",
        "09.8765.4321",
        "zalo0987654321",
        "0\uff198\uff17654321",
        "0\u200b9\u200b8\u200b7654321",
        "an.nguyen@gmail.com",
        "an (at) sonla . gov . vn",
        "014190012345",
        "014 190 012 345",
        "050123456",
        "CMND số 050123456",
        "căn cước: 014190012345".replace("ă", "a\u0306"),
        "STK 12345678",
        "8123456789-001",
        "26A-123.45",
        "26B1 - 1234",
        "C1234567",
        "GD4010123456789",
    ],
)
def test_what_says_who_somebody_is_cannot_be_read(told: str):
    assert masked(f"Tôi là {told}, xin trả lời.") in (
        f"Tôi là {HIDDEN}, xin trả lời.",
        f"Tôi là zalo{HIDDEN}, xin trả lời.",
    )


@pytest.mark.parametrize(
    "told",
    [
        "Quyết định 782/QĐ-UBND ngày 27-04-2024",
        "từ 01/10/2026 đến 31/12/2026",
        "20-11-2026 24-11-2026",
        "2026-11-23T10:11:12Z",
        "các năm 2020 2021 2022 2023",
        "giai đoạn 2021-2025, 2026-2030",
        "ngân sách 1.500.000.000 đồng",
        "1 234 567 890 người",
        "tọa độ 21.325612, 103.918845",
        "dòng 12, cột 3: 1.250 ha thay vì 125 ha",
        "tổng đài 19001234",
        "/dataset/12345678-1234-4234-8234-123456789012",
        "PH-7K3Q-X9MD-2BVT",
    ],
)
def test_dates_amounts_and_places_stay(told: str):
    assert masked(told) == told


@settings(max_examples=150, deadline=None)
@given(
    _AROUND, some.lists(some.integers(0, 9), min_size=9, max_size=15), _GAPS, _AROUND
)
def test_no_number_that_begins_with_nought_gets_through(
    before: str, digits: list[int], gap: str, after: str
):
    number = gap.join(str(one) for one in [0, *digits])
    shown = masked(f"{before}\n{number}\n{after}")
    assert len(re.findall(r"\d", shown)) < len(digits)


@settings(max_examples=100, deadline=None)
@given(_AROUND, some.emails(), _AROUND)
def test_no_e_mail_address_gets_through(before: str, address: str, after: str):
    # The plain mailboxes that people have, among all that the standard allows.
    plain = re.sub(r"[^\w.@-]", "x", address)
    assert plain not in masked(f"{before} {plain} {after}")


@settings(max_examples=100, deadline=None)
@given(some.text(max_size=200))
def test_what_is_masked_stays_as_it_is(text: str):
    once = masked(text)
    assert masked(once) == once


@pytest.mark.parametrize("part", ["a.", "1 ", "a@b.", "(at)", "2020 ", "1.234."])
def test_a_long_text_is_masked_in_no_time(part: str):
    # 20,000 characters of the worst: a pattern that goes back over them takes minutes.
    assert len(masked(part * (20_000 // len(part)))) <= 120_000
