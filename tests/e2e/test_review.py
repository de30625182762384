"""The leader compares, decides and is not disturbed: keys, drafts, two windows."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import requests

from .conftest import schools
from .visitor import DESKTOP, PHONE, Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from .conftest import Site

ROWS = 120
NOTES = (
    "Danh sách trường mầm non có mã định danh, theo quý. Nguồn: báo cáo của các xã,"
    " phường; Sở Giáo dục và Đào tạo tổng hợp và kiểm tra trước khi công bố."
)
DIRECTIONS = "Số học sinh của xã Mường La cần kiểm tra lại."


@dataclass(frozen=True)
class World:
    """A dataset with an update before its leader, and a new one beside it."""

    update: dict[str, Any]
    other: dict[str, Any]
    dataset: str
    resource: str


@pytest.fixture(scope="module")
def world(site: Site) -> World:
    """Publish a dataset, update it, submit the update and another first publication."""
    first = _drafted(site, "Trường mầm non theo xã", schools(1, ROWS, 300))
    _submitted(site, first["revision"], "2026-Q2")
    shown = site.call("leader", "sonla_revision_show", id=first["revision"])
    site.call(
        "leader", "sonla_revision_approve", id=shown["id"], digest=shown["digest"]
    )
    update = site.call("officer", "sonla_revision_open", dataset_id=first["dataset"])
    package = site.call("officer", "package_show", id=update["package_id"])
    site.call(
        "officer",
        "package_patch",
        id=update["package_id"],
        title="Trường mầm non theo xã, phường",
        notes=NOTES.replace("theo quý", "cập nhật hằng quý").replace(
            "các xã,", "các xã và"
        ),
    )
    site.upload(
        update["package_id"],
        _changed(),
        id=package["resources"][0]["id"],
        name="Danh sách trường mầm non",
        format="CSV",
    )
    site.settle(update["package_id"])
    update = _submitted(site, update["id"], "2026-Q3")
    other = _drafted(site, "Trường trung học cơ sở", schools(500, 20, 410))
    return World(
        update,
        _submitted(site, other["revision"], "2026-Q3"),
        first["dataset"],
        package["resources"][0]["id"],
    )


def _drafted(site: Site, title: str, content: bytes) -> dict[str, str]:
    entry = site.entries.pop()
    package = site.call(
        "officer",
        "package_create",
        name=f"bo-du-lieu-{entry.lower()}",
        title=title,
        notes=NOTES,
        owner_org=site.office.id,
        catalogue_entry=entry,
    )
    site.upload(package["id"], content, name="Danh sách trường mầm non", format="CSV")
    site.settle(package["id"])
    found = site.call("officer", "sonla_revision_list", dataset_id=package["id"])
    return {"dataset": package["id"], "revision": found["results"][0]["id"]}


def _submitted(site: Site, revision: str, period: str) -> dict[str, Any]:
    return site.call(
        "officer",
        "sonla_revision_submit",
        id=revision,
        data_period=period,
        note="Bổ sung trường mới, cập nhật số học sinh.",
    )


def _changed() -> bytes:
    """Return the schools with two gone, three come and some with other numbers."""
    lines = schools(1, ROWS + 3, 300).decode().splitlines()
    lines = [line for line in lines if not line.startswith(("TH00004,", "TH00009,"))]
    return (
        "\n".join(
            line[:-3] + "315" if number % 7 == 3 else line
            for number, line in enumerate(lines)
        )
        + "\n"
    ).encode()


@pytest.fixture
def desk(chromium: Browser, site: Site) -> Iterator[Visitor]:
    """The leader at her desk."""
    visitor = Visitor(chromium, site, viewport=DESKTOP)
    yield visitor.log_in(site.office.leader)
    visitor.context.close()


def test_1_inbox_review_and_comparison_are_for_everybody(desk: Visitor, world: World):
    """No barrier that axe-core finds, nothing wider than a phone (article 11)."""
    address = f"/revision/{world.update['id']}"
    pages = {
        "20-inbox": "/inbox",
        "21-review": address,
        "22-comparison": f"{address}/changes/{world.resource}",
        "23-history": f"/dataset/{world.dataset}/revisions",
    }
    for name, page in pages.items():
        desk.page.goto(f"/vi{page}")
        desk.keep(name)
        assert desk.barriers() == [], name
        for size in (PHONE, DESKTOP):
            desk.page.set_viewport_size(size)  # type: ignore[reportArgumentType] - two numbers
            assert desk.fits(), f"{name} at {size['width']}"


def test_2_the_comparison_tells_old_and_new_of_every_cell(desk: Visitor, world: World):
    page = desk.page
    page.goto(f"/revision/{world.update['id']}")
    told = page.inner_text("#changes ~ dl, .field-changes >> nth=0")
    assert "Tên" in told
    page.click("#changes ~ article a.btn >> nth=0")
    assert "315" in page.inner_text("td.differs >> nth=0")
    page.select_option("#filter-change", "removed")
    page.click(".row-filters button")
    assert page.locator(".row-changes tbody tr").count() == 2
    with page.expect_download() as download:
        page.click(".row-filters a.btn")
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert "Số học sinh – trước" in text
    assert len(text.splitlines()) == 3


def test_3_keys_lead_through_the_changes_but_never_while_typing(
    desk: Visitor, world: World
):
    page = desk.page
    page.goto(f"/revision/{world.update['id']}")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.hasAttribute('data-change')")
    page.keyboard.press("r")
    page.keyboard.type("jka?")
    assert page.input_value("#field-comment") == "jka?"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    assert page.locator("#keys-help[open]").count() == 1
    page.keyboard.press("Escape")
    asked: list[str] = []

    def decline(dialog: Any) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.once("dialog", decline)
    page.keyboard.press("a")
    assert asked
    assert page.locator(".state--submitted").count()


def test_4_what_was_typed_outlives_the_session(desk: Visitor, world: World):
    page, address = desk.page, f"/revision/{world.update['id']}"
    page.goto(address)
    page.fill("#field-comment", DIRECTIONS)
    desk.context.clear_cookies()
    page.click("button:has-text('Chuyển lại')")
    desk.log_in(desk.site.office.leader)
    page.goto(address)
    assert page.input_value("#field-comment") == DIRECTIONS
    assert page.locator(".draft-note").count() == 1
    page.click(".draft-note button")
    page.reload()
    assert page.input_value("#field-comment") == ""


def test_5_the_second_window_is_told_what_the_first_one_did(
    chromium: Browser, site: Site, world: World
):
    opened = site.call("officer", "sonla_revision_list", state="draft")["results"]
    draft = opened[0] if opened else None
    if draft is None:
        site.call("officer", "sonla_revision_withdraw", id=world.other["id"])
        draft = site.call("officer", "sonla_revision_show", id=world.other["id"])
    officer = Visitor(chromium, site, viewport=DESKTOP).log_in(site.office.officer)
    one, two = officer.page, officer.context.new_page()
    for page in (one, two):
        page.goto(f"/dataset/edit/{draft['package_id']}")
    one.fill("[name=notes]", "Do cửa sổ thứ nhất lưu.")
    one.click(".form-actions button.btn-primary")
    one.wait_for_selector(".work-bar")
    two.fill("[name=notes]", "Do cửa sổ thứ hai nhập.")
    two.click(".form-actions button.btn-primary")
    two.wait_for_selector(".error-explanation")
    told = two.inner_text(".error-explanation")
    assert "Do cửa sổ thứ nhất lưu." in told
    assert two.input_value("[name=notes]") == "Do cửa sổ thứ hai nhập."
    two.click(".form-actions button.btn-primary")
    two.wait_for_selector(".work-bar")
    package = site.call("officer", "package_show", id=draft["package_id"])
    assert package["notes"] == "Do cửa sổ thứ hai nhập."
    officer.context.close()
    if draft["id"] == world.other["id"]:
        _submitted(site, world.other["id"], "2026-Q3")


def test_6_a_decision_on_what_moved_on_is_refused_and_keeps_the_text(
    desk: Visitor, world: World
):
    page = desk.page
    page.goto(f"/revision/{world.other['id']}")
    desk.site.call("officer", "sonla_revision_withdraw", id=world.other["id"])
    page.fill("#field-comment", DIRECTIONS)
    page.click("button:has-text('Chuyển lại')")
    assert "Trong lúc đó" in page.inner_text("[role=main], main")
    _submitted(desk.site, world.other["id"], "2026-Q3")


def test_7_the_leader_approves_several_that_she_has_opened(desk: Visitor, world: World):
    page = desk.page
    ids = [world.update["id"], world.other["id"]]
    for one in ids:
        page.goto(f"/revision/{one}")
    page.goto("/inbox")
    desk.keep("24-approve-several")
    for box in page.locator(".inbox__tick input:enabled").all():
        box.check()
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("#approve-several button")
    page.wait_for_selector(".alert-success")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        answer = requests.get(
            f"{desk.site.address}/api/3/action/sonla_revision_show",
            {"id": world.update["id"]},
            timeout=30,
        )
        if answer.ok and answer.json()["result"]["state"] == "published":
            return
        time.sleep(0.5)
    pytest.fail("not published")
