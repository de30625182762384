"""The main job in a browser: officer, leader, stranger (article 8.3); an update."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests

from .conftest import schools

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Site
    from .visitor import Visitor

NAME = "truong-tieu-hoc"
TITLE = "Trường tiểu học trên địa bàn tỉnh"
# Other stories may have left her work too.
ITS_WORK = f".inbox__item:has-text('{TITLE}') a.btn-primary"
DIRECTIONS = "Bổ sung nguồn số liệu vào phần mô tả."
ROWS = 120
LOADING_SECONDS = 90


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """What earlier parts of the story leave to the later ones."""
    return {}


def _await(ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LOADING_SECONDS
    while not ready():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.3)


def _to_review(officer: Visitor) -> None:
    """Go to the review page of the dataset that is shown, once its files are read."""
    officer.page.click(".work-bar a.btn-primary")
    _await(lambda: "Đang" not in officer.page.inner_text("h1") and _loaded(officer))


def _loaded(officer: Visitor) -> bool:
    officer.page.reload()
    states = officer.page.locator("#loads ~ ul .state").all_inner_texts()
    return bool(states) and all(state == "đã đọc" for state in states)


def _submit(officer: Visitor, period: str) -> None:
    officer.page.fill("#field-period", period)
    officer.page.click("text=Gửi duyệt >> nth=-1")
    officer.page.wait_for_selector(".state--submitted")


def _approve(leader: Visitor) -> None:
    leader.page.goto("/inbox")
    leader.page.click(ITS_WORK)
    leader.page.click("button:has-text('Duyệt và công bố')")
    leader.page.wait_for_selector(".state--published")


def test_1_the_officer_drafts_a_dataset_with_a_table(officer: Visitor, site: Site):
    page = officer.page
    page.goto("/dataset/new")
    page.locator("[name=title]").press_sequentially(TITLE)
    # The address that CKAN makes of a title keeps its letters.
    assert page.input_value("[name=name]") == "truong-tieu-hoc-tren-dia-ban-tinh"
    _fill_name(page)
    page.fill("[name=notes]", "Danh sách trường tiểu học có mã định danh, theo quý.")
    _choose(page, "catalogue_entry", site.entry)
    _choose(page, "owner_org", site.office.id)
    officer.keep("01-dataset-form")
    page.click(".form-actions button.btn-primary")
    page.wait_for_selector("[name=upload]", state="attached")
    page.set_input_files(
        "[name=upload]",
        {"name": "truong.csv", "mimeType": "text/csv", "buffer": schools(1, ROWS, 300)},
    )
    page.fill("[name=name]", "Danh sách trường tiểu học")
    page.click("button[name=save][value=go-metadata]")
    page.wait_for_selector(".work-bar")
    assert "Bản nháp" in page.inner_text(".work-bar")


def _fill_name(page: Any) -> None:
    page.evaluate(
        "name => { document.querySelector('[name=name]').value = name }", NAME
    )


def _choose(page: Any, field: str, value: str) -> None:
    """Choose in a list that a script may have dressed up."""
    page.evaluate(
        """([field, value]) => {
            const input = document.querySelector(`[name=${field}]`);
            input.value = value;
            input.dispatchEvent(new Event('change', {bubbles: true}));
        }""",
        [field, value],
    )


def test_2_the_officer_submits_it(officer: Visitor, told: dict[str, Any]):
    officer.page.goto(f"/dataset/{NAME}")
    officer.keep("02-draft")
    _to_review(officer)
    officer.keep("03-review-officer")
    told["review"] = officer.page.url
    _submit(officer, "2026-Q3")


def test_3_the_leader_returns_it_from_her_phone(leader: Visitor, told: dict[str, Any]):
    leader.page.goto("/inbox")
    leader.keep("04-inbox-leader")
    leader.page.click(ITS_WORK)
    leader.keep("05-review-leader")
    leader.page.fill("#field-comment", DIRECTIONS)
    leader.page.click("button:has-text('Chuyển lại')")
    leader.page.wait_for_selector(".state--returned")


def test_4_the_officer_mends_and_submits_again(officer: Visitor, told: dict[str, Any]):
    page = officer.page
    page.goto("/inbox")
    assert DIRECTIONS in page.inner_text("main, [role=main]")
    officer.keep("06-inbox-officer")
    page.goto(f"/dataset/edit/{NAME}")
    page.fill("[name=notes]", "Danh sách trường tiểu học. Nguồn: báo cáo của các xã.")
    officer.keep("07-edit")
    page.click(".form-actions button.btn-primary")
    page.wait_for_selector(".work-bar")
    _to_review(officer)
    _submit(officer, "2026-Q3")


def test_5_strangers_see_nothing_before_the_approval(stranger: Visitor):
    stranger.page.goto("/dataset")
    assert NAME not in stranger.page.content()
    answer = requests.get(f"{stranger.site.address}/dataset/{NAME}", timeout=30)
    assert answer.status_code in (403, 404)


def test_6_the_leader_approves(leader: Visitor):
    _approve(leader)
    leader.keep("08-approved")


def test_7_a_stranger_reads_downloads_and_queries(
    stranger: Visitor, told: dict[str, Any]
):
    page = stranger.page
    page.goto("/")
    stranger.keep("09-home")
    assert stranger.fits()
    page.fill("#field-main-search", "tieu hoc")
    page.press("#field-main-search", "Enter")
    stranger.keep("10-search")
    page.click(".dataset-card a >> nth=0")
    assert "Trường tiểu học trên địa bàn tỉnh" in page.inner_text("h1")
    assert stranger.fits()
    stranger.keep("11-dataset")
    assert "Quý III năm 2026" in page.inner_text("#publication ~ dl")
    package = _show(stranger.site)
    told["resource"] = package["resources"][0]["id"]
    with page.expect_download() as download:
        page.click("text=Tải về CSV")
    assert "TH00001" in download.value.path().read_text()
    table = _ask(stranger.site, "datastore_search", resource_id=told["resource"])
    assert table["total"] == ROWS
    assert stranger.context.cookies() == []
    page.goto(f"/dataset/{NAME}/resource/{told['resource']}")
    assert stranger.fits()
    stranger.keep("12-resource")


def test_8_an_update_replaces_file_and_table_at_once(
    officer: Visitor, leader: Visitor, told: dict[str, Any]
):
    """Invariant 4: a reader who asks all the time never sees a mixture."""
    page = officer.page
    page.goto(f"/dataset/{NAME}")
    page.click("button:has-text('Mở bản cập nhật')")
    page.wait_for_selector(".work-bar")
    officer.keep("13-working-copy")
    page.click(".work-bar a.btn-primary")
    page.click("text=Thay hoặc sửa tệp")
    page.wait_for_selector("[name=upload]", state="attached")
    _replace(page, schools(1, ROWS * 2, 777))
    page.click(".form-actions button.btn-primary")
    page.wait_for_selector(".work-bar")
    _to_review(officer)
    officer.keep("14-changes")
    _submit(officer, "2026-Q4")
    reader = Reader(officer.site, told["resource"])
    reader.start()
    try:
        _await(lambda: reader.rounds > 1)
        leader.page.goto("/inbox")
        leader.page.click(ITS_WORK)
        leader.keep("15-update-leader")
        leader.page.click("button:has-text('Duyệt và công bố')")
        leader.page.wait_for_selector(".state--published")
        after = reader.rounds
        _await(lambda: reader.rounds > after + 1)
    finally:
        reader.stop()
    assert reader.mixtures == []
    assert reader.seen == {(ROWS, 300), (ROWS * 2, 777)}


def _replace(page: Any, content: bytes) -> None:
    """Put another file in the place of an uploaded one."""
    remove = page.locator(".btn-remove-url:visible")
    if remove.count():
        remove.first.click()
    page.set_input_files(
        "[name=upload]",
        {"name": "truong-moi.csv", "mimeType": "text/csv", "buffer": content},
    )


def test_9_the_history_tells_of_both_states(stranger: Visitor):
    stranger.page.goto(f"/dataset/{NAME}/history")
    assert stranger.page.locator(".timeline > li").count() == 2
    stranger.keep("16-history")
    stranger.page.goto("/organization")
    stranger.keep("17-agencies")
    stranger.page.goto("/catalogue")
    stranger.keep("18-catalogue")
    assert stranger.context.cookies() == []


def _ask(site: Site, action: str, **asked: Any) -> Any:
    answer = requests.get(f"{site.address}/api/3/action/{action}", asked, timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


def _show(site: Site) -> dict[str, Any]:
    return _ask(site, "package_show", id=NAME)


class Reader(threading.Thread):
    """Somebody who asks for file and table again and again while they change."""

    def __init__(self, site: Site, resource: str) -> None:
        super().__init__(daemon=True)
        self.site, self.resource = site, resource
        self.rounds = 0
        self.seen: set[tuple[int, int]] = set()
        self.mixtures: list[Any] = []
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.is_set():
            for look in (self._table, self._file, self._package):
                self._try(look)
            self.rounds += 1

    def _try(self, look: Callable[[], None]) -> None:
        try:
            look()
        except AssertionError as error:
            self.mixtures.append(str(error))

    def stop(self) -> None:
        """Stop asking."""
        self._over.set()
        self.join(timeout=60)

    def _table(self) -> None:
        found = _ask(
            self.site, "datastore_search", resource_id=self.resource, limit=999
        )
        pupils = {row["so_hoc_sinh"] for row in found["records"]}
        assert len(pupils) == 1, f"rows of two revisions: {pupils}"
        assert len(found["records"]) == found["total"], "rows and total differ"
        self.seen.add((found["total"], pupils.pop()))

    def _file(self) -> None:
        address = f"/dataset/{NAME}/resource/{self.resource}/download"
        answer = requests.get(self.site.address + address, timeout=30)
        assert answer.status_code == 200, f"download: {answer.status_code}"
        lines = answer.text.strip().splitlines()[1:]
        pupils = {int(line.rsplit(",", 1)[1]) for line in lines}
        assert len(pupils) == 1, f"a file of two revisions: {pupils}"
        self.seen.add((len(lines), pupils.pop()))

    def _package(self) -> None:
        package = _show(self.site)
        ids = [resource["id"] for resource in package["resources"]]
        assert ids == [self.resource], f"other resources: {ids}"
