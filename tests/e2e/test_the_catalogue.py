"""The catalogue and the officer's workbook in a browser (articles 5.1, 7, 8.1–8.2)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from ckanext.sonla.shared import clock

from . import health, sheets
from .looking import file_of, look, press
from .visitor import DESKTOP, Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from .conftest import Site
    from .health import Health

VAIN = "Lượt tìm không có kết quả trong năm"
LICENCE = "so_giay_phep"
REASON = "Sở Y tế bổ sung số giấy phép trong quý này."


@pytest.fixture(scope="module")
def world(site: Site) -> Health:
    """A health department with a catalogue, and what it has published."""
    return health.settle(site)


def _somebody(chromium: Browser, site: Site, name: str | None) -> Iterator[Visitor]:
    visitor = Visitor(chromium, site, viewport=DESKTOP)
    yield visitor.log_in(name) if name else visitor
    visitor.context.close()


@pytest.fixture(scope="module")
def operator(chromium: Browser, world: Health) -> Iterator[Visitor]:
    """The operator at her desk."""
    yield from _somebody(chromium, world.office, world.office.office.officer)


@pytest.fixture(scope="module")
def chief(chromium: Browser, world: Health) -> Iterator[Visitor]:
    """The leader of the operating office."""
    yield from _somebody(chromium, world.office, world.office.office.leader)


@pytest.fixture(scope="module")
def clerk(chromium: Browser, world: Health) -> Iterator[Visitor]:
    """The health department's officer."""
    yield from _somebody(chromium, world.department, world.department.office.officer)


@pytest.fixture(scope="module")
def reader(chromium: Browser, world: Health) -> Iterator[Visitor]:
    """Somebody without an account."""
    yield from _somebody(chromium, world.office, None)


@pytest.fixture(scope="module")
def told() -> dict[str, str]:
    """What earlier parts of the story leave to the later ones."""
    return {}


def test_01_the_operator_begins_an_amending_edition(
    operator: Visitor, told: dict[str, str]
):
    operator.page.goto("/catalogue/editions")
    look(operator, "40-editions", "782/QĐ-UBND", "Sửa đổi, bổ sung")
    operator.page.fill("#edition-note", "Sửa đổi, bổ sung năm 2026")
    press(operator, "form:has(#edition-kind) button")
    told["edition"] = operator.page.url.split("?")[0]
    look(operator, "41-edition-new", "Dự thảo")


def test_02_an_annex_in_the_provinces_layout_becomes_lines(
    operator: Visitor, told: dict[str, str]
):
    page = operator.page
    page.goto(told["edition"])
    page.set_input_files("#edition-upload", file_of("phu-luc.xlsx", sheets.annex()))
    press(operator, "form:has(#edition-upload) button")
    look(
        operator, "42-import-preview",
        "1268/QĐ-UBND", "Điểm tiêm chủng lưu động", "Sở Nội vụ", "YT-04",
    )  # fmt: skip
    press(operator, "form[action*='/import/'] button")
    look(operator, "43-edition-compared", "Điểm tiêm chủng lưu động", "Sở Nội vụ")


def test_03_a_line_is_written_by_form(operator: Visitor, told: dict[str, str]):
    operator.page.goto(f"{told['edition']}/line/YT-02")
    look(operator, "44-line-form", "Cơ sở bán lẻ thuốc", VAIN)


def test_04_rules_come_of_a_file_and_are_tried_against_one(
    operator: Visitor, told: dict[str, str]
):
    page = operator.page
    page.goto(f"{told['edition']}/entry/YT-03/table")
    page.fill("#table-title", "Lịch tiêm chủng")
    page.fill("#table-name", "lich")
    schedule = file_of("lich.csv", sheets.SCHEDULE.encode())
    page.set_input_files("#table-upload", schedule)
    press(operator, "button[value=infer]")
    assert page.input_value("#f-1-title") == "Tên điểm tiêm"
    look(operator, "45-table-editor", "Ngày tiêm")
    page.click("fieldset:has(#f-2-maximum) details summary")
    page.fill("#f-2-maximum", "200")
    page.set_input_files("#table-upload", schedule)
    press(operator, "button[value=try]")
    look(operator, "46-table-tried", "220", "240")
    # A column with more rules comes back unfolded.
    page.fill("#f-2-maximum", "")
    press(operator, "button[value=save]:visible >> nth=-1")
    look(operator, "47-tables", "Lịch tiêm chủng")


def test_05_a_harmful_amendment_is_stopped(
    operator: Visitor, chief: Visitor, told: dict[str, str]
):
    """Four of thirty published clinics have no licence number."""
    page = operator.page
    page.goto(f"{told['edition']}/entry/YT-01/table?table=co_so")
    column = next(at for at in range(4) if page.input_value(f"#f-{at}-name") == LICENCE)
    page.check(f"#f-{column}-required")
    press(operator, "button[value=save]:visible >> nth=-1")
    page.goto(told["edition"])
    press(operator, "form[action$='/submit'] button")
    page.goto(f"{told['edition']}/impact")
    look(
        operator, "48-impact",
        "Cơ sở khám bệnh, chữa bệnh", "4 trong 30 dòng", "Số giấy phép",
    )  # fmt: skip
    page = chief.page
    page.goto(told["edition"])
    look(chief, "49-decision", "quy tắc khác ở cột: Số giấy phép")
    _decide(chief, "")
    look(chief, "50-amendment-stopped", "4 trong 30 dòng", "Chờ phê duyệt")
    assert page.input_value("#decision-number") == "1268/QĐ-UBND"
    _decide(chief, REASON)
    look(chief, "51-in-force", "Đang có hiệu lực")
    page.goto("/catalogue/editions/nonconforming")
    look(chief, "52-nonconforming", "Cơ sở khám bệnh, chữa bệnh", REASON)


def _decide(chief: Visitor, reason: str) -> None:
    page = chief.page
    page.fill("#decision-number", "1268/QĐ-UBND")
    page.fill("#decision-date", clock.today().isoformat())
    page.fill("#impact-reason", reason)
    press(chief, "form:has(#decision-number) button")


def test_06_agencies_answer_a_round_of_review(
    operator: Visitor, clerk: Visitor, world: Health, told: dict[str, str]
):
    page = operator.page
    page.goto("/catalogue/rounds")
    page.fill("#round-due", (clock.today() + timedelta(days=20)).isoformat())
    page.fill("#round-note", "Đề nghị các cơ quan rà soát trước khi trình Chủ tịch.")
    look(operator, "53-rounds", "Các đợt rà soát")
    press(operator, "form:has(#round-due) button")
    told["round"] = page.url
    page = clerk.page
    page.goto(told["round"])
    look(clerk, "54-round-own-part", "Cơ sở bán lẻ thuốc")
    assert "YT-04" not in page.inner_text("body"), "it is no longer in the catalogue"
    page.fill("#answer-note", "Đã rà soát, không thay đổi.")
    press(clerk, "form:has(#answer-note) button")
    answers = world.department.call("leader", "sonla_review_round_show")["answers"]
    world.department.call("leader", "sonla_review_round_answer_approve",
                          id=answers[0]["id"])  # fmt: skip
    operator.page.goto(told["round"])
    look(operator, "55-round", "UBND xã Chiềng Mai", "Sở Y tế")


def test_07_a_request_for_data_outside_the_catalogue(
    operator: Visitor, clerk: Visitor, world: Health
):
    page = clerk.page
    page.goto("/catalogue/request/new")
    page.fill("#reason", "Người dân hỏi nhiều qua đường dây nóng.")
    page.fill("#title", "Danh sách cơ sở bán lẻ thuốc mở cửa ban đêm")
    page.select_option("#domain", "y-te")
    page.select_option("#update_cycle", "monthly")
    look(clerk, "56-request-form", "Điều 7")
    press(clerk, "form:has(#reason) button")
    address = page.url
    world.department.call("leader", "sonla_entry_request_submit",
                          id=address.rsplit("/", 1)[1])  # fmt: skip
    operator.page.goto("/catalogue/requests")
    look(operator, "57-requests", "mở cửa ban đêm", "Sở Y tế")
    operator.page.goto(address)
    look(operator, "58-request", "Người dân hỏi nhiều")


def test_08_an_inspection_is_put_on_record_and_answered(
    operator: Visitor, clerk: Visitor
):
    page = operator.page
    page.goto("/inspections")
    page.select_option("#inspection-agency", "so-y-te")
    page.fill("#inspection-date", clock.today().isoformat())
    page.fill("#inspection-findings", "Bốn cơ sở chưa có số giấy phép.")
    look(operator, "59-inspections", "Ghi nhận")
    press(operator, "form:has(#inspection-agency) button")
    clerk.page.goto("/inspections")
    look(clerk, "60-inspection-reply", "Bốn cơ sở chưa có số giấy phép.")


def test_09_the_console_shows_what_waits(operator: Visitor):
    operator.page.goto("/console")
    look(
        operator, "61-console",
        "Cơ sở khám bệnh, chữa bệnh", "mở cửa ban đêm", "Rà soát",
    )  # fmt: skip


def test_10_a_workbook_made_for_people_becomes_a_table(
    clerk: Visitor, world: Health, told: dict[str, str]
):
    desk, page = world.department, clerk.page
    package = desk.call(
        "officer", "package_create", name="co-so-ban-le-thuoc",
        title="Cơ sở bán lẻ thuốc", owner_org=desk.office.id, catalogue_entry="YT-02",
        notes="Nguồn: Sở Y tế.",
    )  # fmt: skip
    page.goto("/dataset/co-so-ban-le-thuoc/resource/new")
    name = "DANH SACH quy III.xlsx"
    page.wait_for_selector("[name=upload]", state="attached")
    page.set_input_files("[name=upload]", file_of(name, sheets.pharmacies()))
    page.fill("[name=name]", "Danh sách cơ sở bán lẻ thuốc")
    page.click("button[name=save][value=go-metadata], button[name=save] >> nth=-1")
    page.wait_for_selector(".work-bar")
    desk.settle(package["id"], "failed")
    (resource,) = desk.call("officer", "package_show", id=package["id"])["resources"]
    told["resource"] = f"/dataset/co-so-ban-le-thuoc/resource/{resource['id']}"
    page.goto(told["resource"])
    look(clerk, "62-file-asks", "Số GCN")
    page.goto(f"{told['resource']}/intake")
    look(clerk, "63-file-proposal", "Số GCN", "SL-0001", "Nhà thuốc số 20")
    page.select_option("tr:has-text('Số GCN') select", "so_giay")
    press(clerk, "button[value=try]")
    look(clerk, "64-file-tried", "Đang xem thử")
    press(clerk, "button[value=keep]")
    desk.settle(package["id"])
    page.goto(told["resource"])
    look(clerk, "65-file-loaded", "24 dòng", "00012")


def test_11_a_wrong_file_is_kept_with_its_cells_marked(
    clerk: Visitor, world: Health, told: dict[str, str]
):
    desk, page = world.department, clerk.page
    resource = told["resource"].rsplit("/", 1)[1]
    package = desk.call("officer", "package_show", id="co-so-ban-le-thuoc")["id"]
    wrong = sheets.pharmacies(wrong=True)
    desk.upload(
        package, wrong, "quy III sai.xlsx", id=resource,
        name="Danh sách cơ sở bán lẻ thuốc", format="XLSX",
    )  # fmt: skip
    desk.settle(package, "failed")
    page.goto(told["resource"])
    look(clerk, "66-file-wrong", "31/02/2026", "Tủ thuốc", "khoảng 90")
    with page.expect_download() as download:
        page.click("a[href*='/intake/rejected/']")
    found = sheets.marked(download.value.path().read_bytes())
    assert len(found) >= 4


def test_12_everybody_reads_the_catalogue(reader: Visitor):
    page = reader.page
    page.goto("/catalogue")
    look(reader, "67-catalogue", "Trạm y tế xã, phường", "Điểm tiêm chủng lưu động")
    page.goto("/catalogue/YT-01")
    look(reader, "68-entry", "Cơ sở khám bệnh, chữa bệnh", "Số giấy phép")
    page.goto("/catalogue/YT-02")
    look(
        reader, "69-entry-demand",
        VAIN, str(health.VAIN_SEARCHES),
    )  # fmt: skip
    page.goto("/catalogue/YT-75")
    look(
        reader, "70-entry-shared",
        "Bảng chung của tất cả các cơ quan", "TYT101", "TYT204", "UBND xã Mường La",
    )  # fmt: skip
    assert reader.context.cookies() == []
