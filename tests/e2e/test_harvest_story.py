"""From an agency's own system to the public table (article 8.4): officer and leader.

A real Datasette over a real database, once with a script and once by a database source
without one; every page of sources on the way is shown to axe-core, which may find
nothing at all.
"""

from __future__ import annotations

import io
import re
import time
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from . import registry
from .looking import file_of
from .visitor import DESKTOP, PHONE, Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from .conftest import Site
    from .registry import Register

SECONDS = 90
MAIN = "main, [role=main]"
COUNTS = (
    r"([\d.]+) dòng đọc được = ([\d.]+) .*? \+ ([\d.]+) .*? \+ ([\d.]+) .*? \+ ([\d.]+)"
)
OWNED = {"owner": "Sở Giáo dục và Đào tạo", "contact": "0212 3852 001"}


@pytest.fixture(scope="module")
def scripted(chromium: Browser, site: Site) -> Iterator[Visitor]:
    """The leader on a phone whose browser runs scripts, which axe-core needs."""
    visitor = Visitor(chromium, site, viewport=PHONE)
    yield visitor.log_in(site.office.leader)
    visitor.context.close()


@pytest.fixture(scope="module")
def without_script(chromium: Browser, site: Site) -> Iterator[Visitor]:
    """The officer on a phone whose browser runs no script."""
    visitor = Visitor(chromium, site, viewport=PHONE, java_script_enabled=False)
    yield visitor.log_in(site.office.officer)
    visitor.context.close()


@pytest.fixture
def served(site: Site, tmp_path: Path) -> Iterator[Register]:
    """The register of secondary schools, with Datasette in front of it."""
    made = registry.register(site, "GD-11", "Trường trung học cơ sở", 36)
    with registry.served(made, tmp_path) as running:
        yield running


def seen(visitor: Visitor, name: str) -> None:
    """Show a page to axe-core, which is a script; without one only keep its picture."""
    has_script = visitor.page.viewport_size == DESKTOP
    visitor.check(name) if has_script else visitor.keep(f"{name}-without-script")


def set_up(officer: Visitor, kind: str, values: dict[str, str]) -> str:
    """Let the officer fill the form in; return the source's name."""
    page = officer.page
    page.goto("/harvest")
    page.click(f"a[href$='/harvesting/new/{kind}']")
    for name, value in {**OWNED, **values}.items():
        inputs = page.locator(f"[name='{name}']")
        if inputs.first.get_attribute("type") == "radio":
            page.check(f"[name='{name}'][value='{value}']")
        else:
            inputs.fill(value)
    seen(officer, f"90-form-{kind}")
    page.click("button:has-text('Lưu nguồn')")
    page.wait_for_url("**/trial")
    return page.url.rsplit("/", maxsplit=2)[1]


def pressed(visitor: Visitor, words: str) -> str:
    """Press a button; return what the page says then."""
    page = visitor.page
    with page.expect_navigation():
        page.click(f"{MAIN} >> button:has-text('{words}')")
    return page.inner_text("body")


def go(visitor: Visitor, source: str, name: str) -> str:
    """Open a page of a source; return what it says."""
    opened = visitor.page.goto(f"/harvesting/{source}/{name}")
    assert opened is not None
    assert opened.ok, name
    return visitor.page.inner_text(MAIN)


def run(officer: Visitor, source: str) -> str:
    """Press the button and wait for the worker; return what the newest run says."""
    go(officer, source, "runs")
    assert "Đã yêu cầu thu thập" in pressed(officer, "Thu thập ngay")
    return ended(officer, source)


def ended(officer: Visitor, source: str) -> str:
    """Wait until no run is open; return what the newest one says."""
    end = time.monotonic() + SECONDS
    while True:
        told = officer.site.call("officer", "sonla_harvest_run_list", source_id=source)
        if all(one["outcome"] for one in told["results"]):
            break
        assert time.monotonic() < end, told["results"][0]
        time.sleep(0.3)
    go(officer, source, "runs")
    return officer.page.inner_text(f"{MAIN} >> section[aria-labelledby^=run-] >> nth=0")


def adds_up(told: str) -> list[int]:
    """Return the counts of a run as its page says them: read is the sum of the rest."""
    found = re.search(COUNTS, told)
    assert found is not None, told
    read, *parts = (int(one.replace(".", "")) for one in found.groups())
    assert read == sum(parts), told
    return [read, *parts]


def public(stranger: Visitor, dataset: str) -> str:
    """Return the table that a stranger downloads from a dataset's page."""
    page = stranger.page
    page.goto(f"/dataset/{dataset}")
    with page.expect_download() as download:
        page.click("text=Tải về CSV")
    return download.value.path().read_text()


def approve_revision(leader: Visitor, title: str) -> None:
    """Let the leader find what a run submitted, and approve it."""
    page = leader.page
    page.goto("/inbox")
    page.click(f".inbox__item:has-text('{title}') a.btn-primary")
    page.wait_for_url("**/revision/**")
    assert "Lần thu thập" in page.inner_text(MAIN), "the note is in Vietnamese"
    page.click("button:has-text('Duyệt và công bố')")
    page.wait_for_selector(".state--published")


def corrected(content: bytes) -> bytes:
    """Return the workbook of bad rows with its cells mended."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet: Any = book.active
    names = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        row[names.index("so_hoc_sinh")].value = 120
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def tried(officer: Visitor, register: Register) -> str:
    """Let the officer set the source up and look at its rows, until all is well."""
    register.write("UPDATE truong SET hs = -7 WHERE ma = 'TH00003'")
    values = {
        "title": "Hệ thống quản lý trường học",
        "url": register.address,
        "dataset": register.dataset,
        "records": "rows",
        "fields": "ma = ma\nten = ten\nxa = xa\nso_hoc_sinh = hs",
        "key": "ma",
        "parameters": '_shape = objects\n_size = "20"',
        "paging.type": "next_link",
        "paging.next_link.path": "next_url",
    }
    source = set_up(officer, "sonla_rest", values)
    officer.check("91-trial-first")
    assert "Nguồn có trả lời" in pressed(officer, "Thử kết nối")
    officer.check("91-trial-connection")
    told = pressed(officer, "Xem trước")
    assert officer.page.locator("tr.removed").count() == 1
    assert "-7" in told
    officer.check("92-preview-findings")
    register.write("UPDATE truong SET hs = 300 WHERE ma = 'TH00003'")
    pressed(officer, "Xem trước")
    assert officer.page.locator("tbody tr").count() == 20
    assert officer.page.locator("tr.removed").count() == 0
    officer.check("92-preview")
    return source


def ask(officer: Visitor, source: str) -> None:
    """Let the officer ask the leader to approve the source standing."""
    go(officer, source, "approval")
    officer.check("93-approval-officer")
    assert "đã được trình" in pressed(officer, "Trình lãnh đạo phê duyệt")


def approve(leader: Visitor, source: str, title: str) -> None:
    """Let the leader find the source, read what she approves, and approve it."""
    leader.page.goto("/inbox")
    leader.check("93-inbox")
    leader.page.click(f"{MAIN} >> a:has-text('{title}')")
    leader.page.wait_for_url(f"**/{source}/approval")
    told = leader.page.inner_text(MAIN)
    for words in (OWNED["owner"], "Số học sinh", "không quá 2 phần trăm"):
        assert words in told
    leader.check("93-approval-asked")
    leader.page.fill("#comment", "Đồng ý, mỗi quý một lần.")
    assert "Đồng ý, mỗi quý" in pressed(leader, "Phê duyệt nguồn")
    leader.check("93-approval-given")


def mend(officer: Visitor, source: str, bad: int) -> str:
    """Let the officer correct the bad rows in a workbook; return what the run says."""
    told = go(officer, source, "quarantine")
    page = officer.page
    assert page.locator("td.cell-wrong").count() == bad, told
    seen(officer, "96-quarantine")
    with page.expect_download() as download:
        page.click("text=Tải về dạng XLSX")
    content = corrected(download.value.path().read_bytes())
    page.set_input_files("#upload", file_of("da-sua.xlsx", content))
    pressed(officer, "Gửi các dòng đã sửa")
    found = ended(officer, source)
    assert "Đã chuyển lãnh đạo duyệt" in found
    return found


def changed(officer: Visitor, leader: Visitor, source: str) -> None:
    """Let the officer change the source: the approval is void, and all see why."""
    go(officer, source, "settings")
    officer.page.fill("[name=contact]", "0212 3852 009")
    pressed(officer, "Lưu nguồn")
    officer.check("90-settings")
    told = go(leader, source, "approval")
    assert "hết hiệu lực" in told
    assert "Đầu mối liên hệ đã thay đổi" in told
    leader.check("93-approval-void")

    for name, address in (("97-read", "harvest"), ("97-json", "harvest/edit")):
        opened = officer.page.goto(f"/{address}/{source}")
        assert opened is not None
        assert opened.ok, name
        officer.check(name)
    officer.page.goto("/harvest")
    officer.check("89-sources")


def console(officer: Visitor) -> None:
    """Let the operator see at his desk how the source does."""
    browser = officer.context.browser
    assert browser is not None
    operator = Visitor(browser, officer.site, viewport=DESKTOP)
    operator.log_in(officer.site.operator)
    operator.page.goto("/console")
    assert operator.page.locator(".run-bars rect").count() >= 3
    operator.check("98-console")
    operator.context.close()


def test_from_an_agencys_own_system_to_the_public_table(
    officer: Visitor,
    leader: Visitor,
    scripted: Visitor,
    stranger: Visitor,
    served: Register,
):
    title = "Trường trung học cơ sở"
    officer.page.goto("/harvest")
    officer.check("89-sources-none")
    source = tried(officer, served)
    go(officer, source, "runs")
    officer.check("94-runs-none")
    ask(officer, source)
    approve(scripted, source, "Hệ thống quản lý trường học")

    told = run(officer, source)
    assert "Đã công bố" in told
    assert adds_up(told) == [36, 6, 30, 0, 0]
    assert "Trường tiểu học số 36" in public(stranger, served.dataset)

    # More rows break a rule than the leader has allowed: she decides herself.
    served.add(37, 8, -5)
    served.add(45, 2, 250)
    told = run(officer, source)
    assert "Đã chuyển lãnh đạo duyệt" in told
    assert adds_up(told) == [46, 2, 36, 8, 0]
    assert "Trường tiểu học số 45" not in public(stranger, served.dataset)
    officer.check("95-runs")
    approve_revision(leader, title)
    assert "Trường tiểu học số 45" in public(stranger, served.dataset)

    assert adds_up(mend(officer, source, 8)) == [8, 8, 0, 0, 0]
    approve_revision(leader, title)
    assert "Trường tiểu học số 40" in public(stranger, served.dataset)
    go(officer, source, "quarantine")
    officer.check("96-quarantine-empty")

    changed(officer, scripted, source)
    console(officer)


def test_a_database_is_set_up_and_corrected_without_a_script(
    without_script: Visitor, leader: Visitor, stranger: Visitor, site: Site
):
    made = registry.register(
        site, "GD-12", "Trường phổ thông dân tộc", 32, public=False
    )
    made.add(33, 1, -1)
    values = {
        "title": "Cơ sở dữ liệu trường dân tộc",
        "url": f"sqlite:///{made.path}",
        "dataset": made.dataset,
        "from": "truong",
        "fields": "ma = ma\nten = ten\nxa = xa\nso_hoc_sinh = hs",
        "key": "ma",
    }
    source = set_up(without_script, "sonla_sql", values)
    assert "Nguồn có trả lời" in pressed(without_script, "Thử kết nối")
    assert "Trường tiểu học số 20" in pressed(without_script, "Xem trước")
    told = run(without_script, source)
    assert adds_up(told) == [33, 32, 0, 1, 0]
    approve_revision(leader, "Trường phổ thông dân tộc")
    assert "TH00032" in public(stranger, made.dataset)
    mend(without_script, source, 1)
