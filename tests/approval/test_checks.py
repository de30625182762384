"""Before a leader sees a revision, the portal looks for what people overlook."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckanext.sonla.approval.checks import personal_patterns
from ckanext.sonla.shared import checks
from ckanext.sonla.shared.language import speaking
from tests.factories import approval as make

if TYPE_CHECKING:
    from tests.factories.approval import Office

ROWS = int(os.environ.get("SONLA_CHECK_ROWS", "200000"))

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


def upload(office: Office, package_id: str, text: str | bytes, **values: Any) -> dict:
    """Upload a CSV file, and load it as the worker does."""
    content = text.encode() if isinstance(text, str) else text
    return make.upload(
        office,
        package_id,
        content,
        **{"name": "Bảng", "format": "CSV", "filename": "bang.csv", **values},
    )


def findings(office: Office, revision: dict[str, Any], rule: str = "") -> list[dict]:
    """Return what the checks find now, of rules that begin so."""
    answer = make.act(office.officer, "sonla_revision_check", id=revision["id"])
    return [one for one in answer["findings"] if one["rule"].startswith(rule)]


def found(text: str, rule: str) -> list[dict]:
    """Return what is found of a new dataset with this CSV file."""
    office = make.office()
    revision = make.draft(office, file=None)
    upload(office, revision["package_id"], text)
    return findings(office, revision, rule)


def table_of(header: str, *lines: str) -> str:
    return "\n".join([header, *lines]) + "\n"


# The registry


@pytest.mark.usefixtures("with_request_context")
def test_every_check_says_its_name_and_its_sentences_in_both_languages():
    for check in checks.registered():
        for name, rule in check.rules.items():
            assert rule.severity in checks.SEVERITIES
            with speaking("vi"):
                assert tk._(check.title) != check.title
                if rule.plural:
                    said = tk.ungettext(rule.message, rule.plural, 2)
                else:
                    said = tk._(rule.message)
            assert said not in (rule.message, rule.plural), name


def test_sentences_have_their_plural():
    rule = {"rule": "r", "message": "{count} row", "plural": "{count} rows"}
    assert checks.sentence({**rule, "count": 1}) == "1 row"
    assert checks.sentence({**rule, "count": 2}) == "2 rows"


class Crashing(checks.Check):
    """Fails as a bug would: in SQL, in the caller's transaction."""

    name = "tests.crash"
    title = "Crashing"
    rules: ClassVar[dict[str, checks.Rule]] = {}

    def run(self, package):  # noqa: ARG002 - as every check's
        from ckan import model

        model.Session.execute(sa.text("SELECT 1 / 0"))
        return []


def test_a_check_that_fails_blocks_and_is_no_error_of_the_page(monkeypatch):
    monkeypatch.setitem(checks._checks, Crashing.name, Crashing())
    office = make.office()
    revision = make.draft(office)
    refused = make.refusal(office.officer, "sonla_revision_submit", id=revision["id"])
    (failed,) = [one for one in refused["findings"] if one["severity"] == "blocks"]
    assert failed["rule"] == checks.NOT_RUN
    assert "Crashing" in failed["sentence"]
    again = make.act(office.officer, "sonla_revision_show", id=revision["id"])
    assert again["state"] == "draft"


# Reasons


@pytest.fixture
def doubled() -> tuple[Office, dict[str, Any]]:
    """A draft with a row that stands twice: it needs a reason."""
    office = make.office()
    revision = make.draft(office, file=None)
    upload(office, revision["package_id"], table_of("ma,ten", "1,A", "2,B", "2,B"))
    return office, revision


def test_what_needs_a_reason_is_submitted_with_one_and_the_leader_reads_it(doubled):
    office, revision = doubled
    submit = {"user": office.officer, "action": "sonla_revision_submit"}
    refused = make.refusal(**submit, id=revision["id"])
    (missing,) = refused["missing"]
    assert missing["key"] in [one["key"] for one in refused["findings"]]
    for nothing in ({"other": "Vì thế"}, {missing["key"]: "  "}):
        assert make.refusal(**submit, id=revision["id"], reasons=nothing)["missing"]
    make.submit(office, revision, reasons={missing["key"]: "Hai trường cùng tên."})
    seen = make.act(office.leader, "sonla_revision_show", id=revision["id"])
    (finding,) = [one for one in seen["findings"] if one["key"] == missing["key"]]
    assert finding["reason"] == "Hai trường cùng tên."
    assert finding["severity"] == "needs_reason"


def test_a_reason_speaks_of_exactly_what_was_found(doubled):
    office, revision = doubled
    (before,) = findings(office, revision, "row.duplicate")
    resource = make.show(revision["package_id"])["resources"][0]["id"]
    text = table_of("ma,ten", "1,A", "1,A", "2,B", "2,B")
    upload(office, revision["package_id"], text, id=resource)
    (after,) = findings(office, revision, "row.duplicate")
    assert before["key"] != after["key"]


@pytest.mark.parametrize("wrong", ["text", {"k": 1}, {"k": "x" * 2001}])
def test_reasons_are_texts(doubled, wrong):
    office, revision = doubled
    refused = make.refusal(
        office.officer, "sonla_revision_submit", id=revision["id"], reasons=wrong
    )
    assert list(refused) == ["reasons"]


def test_the_page_has_a_box_for_each_reason(doubled, app):
    office, revision = doubled
    from tests.factories import portal

    officer, address = portal.log_in(office.officer), f"/en/revision/{revision['id']}"
    page = app.get(address, headers=officer).body
    (finding,) = findings(office, revision, "row.duplicate")
    assert f'name="reason-{finding["key"]}"' in page
    submit = f"{address}/submit"
    app.post(submit, headers=officer, data={}, status=409)
    reason = {f"reason-{finding['key']}": "Hai trường cùng tên"}
    app.post(submit, headers=officer, data=reason)
    review = app.get(address, headers=portal.log_in(office.leader))
    assert "Hai trường cùng tên" in review.body


# Places


def test_a_finding_leads_to_its_place(doubled):
    office, revision = doubled
    (finding,) = findings(office, revision, "row.duplicate")
    package = make.show(revision["package_id"])
    resource = package["resources"][0]["id"]
    assert finding["link"] == (
        f"/dataset/{package['name']}/resource/{resource}?offset=0"
    )


# Personal data


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


# Change, size, encoding


def updated(before: str, after: str, rule: str) -> list[dict]:
    """Return what is found when a published table is replaced."""
    office = make.office()
    revision = make.draft(office, file=None)
    upload(office, revision["package_id"], before)
    published = make.approve(office, make.submit(office, revision))
    update = make.act(
        office.officer, "sonla_revision_open", dataset_id=published["dataset_id"]
    )
    resource = make.show(update["package_id"])["resources"][0]["id"]
    upload(office, update["package_id"], after, id=resource)
    return findings(office, update, rule)


def rows(count: int, note: str = "x") -> str:
    return table_of("ma,ghi_chu", *(f"{n},{note}" for n in range(count)))


@pytest.mark.parametrize(("after", "asks"), [(80, True), (81, False), (120, False)])
def test_a_fifth_of_the_rows_less_needs_a_reason(after, asks):
    told = updated(rows(100), rows(after), "rows.fewer")
    assert [one["severity"] for one in told] == ["needs_reason"] * asks


def test_a_column_that_became_empty_needs_a_reason():
    (finding,) = updated(rows(9), rows(9, ""), "column.")
    assert (finding["rule"], finding["column"]) == ("column.emptied", "ghi_chu")


def test_a_published_file_that_is_gone_needs_a_reason():
    office = make.office()
    published = make.published(office)
    update = make.act(
        office.officer, "sonla_revision_open", dataset_id=published["dataset_id"]
    )
    resource = make.show(update["package_id"])["resources"][0]["id"]
    make.act(office.officer, "resource_delete", id=resource)
    assert [one["rule"] for one in findings(office, update, "file.gone")] == [
        "file.gone"
    ]


def test_a_large_file_is_remarked(ckan_config, monkeypatch):
    monkeypatch.setitem(ckan_config, "sonla.policy.large_file_megabytes", 0)
    office = make.office()
    (finding,) = findings(office, make.draft(office, file=b"x" * 2000), "file.large")
    assert finding["severity"] == "informs"


@pytest.mark.parametrize("encoding", ["cp1258", "utf-16"])
def test_a_converted_file_is_remarked(encoding):
    office = make.office()
    revision = make.draft(office, file=None)
    text = table_of("ma,ten", "1,Ba`n").replace("Ba`n", "B" + "a\u0300" + "n")
    upload(office, revision["package_id"], text.encode(encoding))
    told = findings(office, revision, "encoding")
    (finding,) = [one for one in told if one["rule"] == "encoding"]
    assert finding["severity"] == "informs"
    assert encoding.upper() in finding["sentence"]


def test_letters_whose_marks_stood_apart_are_remarked():
    (finding,) = found(table_of("ma,ten", "1,Ba\u0300n"), "encoding")
    assert finding["rule"] == "encoding.composed"


# Speed


def test_many_rows_are_checked_in_seconds(datastore_superuser):
    """Many times what it takes on two cores: it guards the way, not the machine."""
    office = make.office()
    revision = make.draft(office, file=None)
    names = "ma, ten, dien_thoai, dia_chi, so_luong, gia, ngay, ghi_chu"
    line = "1,A,0912345678,Bản,5,2.5,2026-01-01,Không"
    resource = upload(
        office, revision["package_id"], table_of(names.replace(" ", ""), line)
    )
    more = (
        f'INSERT INTO "{resource["id"]}" (_id, {names}) SELECT n + 1, n,'  # noqa: S608 - our own names
        " 'Trường tiểu học số ' || n, '0' || (212385200 + n)::text,"
        " 'Bản ' || n || ', xã Chiềng An', n, n / 3.0, '2026-01-01',"
        " 'Không có ghi chú gì thêm về trường này'"
        " FROM generate_series(1, :rows) AS n"
    )
    with datastore_superuser.begin() as connection:
        # Without the search vectors, which nothing here reads.
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        connection.execute(sa.text(more), {"rows": ROWS})
    started = time.monotonic()
    told = findings(office, revision)
    took = time.monotonic() - started
    assert "personal.mobile" in [one["rule"] for one in told]
    assert took < ROWS / 10_000, f"{took:.1f} s"
