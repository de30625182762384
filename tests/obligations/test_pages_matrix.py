# A test that meets None instead of an element fails by itself.
# pyright: reportOptionalMemberAccess=false, reportOptionalSubscript=false
"""The operator's matrix of agencies and quarters, the list behind it, and its files."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest
from bs4 import BeautifulSoup

from tests.factories import approval, catalogue
from tests.factories import obligations as make
from tests.factories.approval import act

from .callers import Kept, key, page

pytestmark = pytest.mark.usefixtures("with_plugins")
NOW = "2026-10-20 09:00"
QUARTER = "from=2026-Q4&to=2026-Q4"


def _people():
    """Two agencies, one of which delivered in time, and the operating office."""
    school = make.office(title="Sở Giáo dục và Đào tạo", agency_kind="department")
    commune = make.office(title="Xã Mường La", agency_kind="commune")
    domain = catalogue.domain(title="Giáo dục")
    with make.at("2026-05-20 09:00"):
        first = make.entry(school, title="Trường tiểu học", domain=domain["name"])
        second = make.entry(commune, title="=Hộ nghèo")
    with make.at("2026-10-05 09:00"):
        make.run()
        drafted = approval.draft(school, catalogue_entry=first["code"])
        revision = approval.submit(school, drafted, data_period="2026-Q3")
        approval.approve(school, revision)
    return {
        "operator": make.operator(),
        "school": school,
        "commune": commune,
        "first": first["code"],
        "second": second["code"],
        "domain": domain["name"],
    }


@pytest.fixture(scope="module")
def kept(reset_db):
    return Kept(reset_db, _people)


@pytest.fixture
def people(with_plugins, kept):
    return kept.shared()


@pytest.fixture
def own_people(with_plugins, kept):
    return kept.own()


def _matrix(app, people, query=QUARTER, status=200):
    address = f"/vi/obligations/matrix?{query}"
    return page(app, people["operator"], address, status)


def _rows(shown):
    return {
        row.th.text.strip(): row.td.text.split() for row in shown.select("tbody tr")
    }


def test_a_cell_counts_by_status_and_leads_to_its_lines(app, people):
    with make.at(NOW):
        shown = _matrix(app, people)
        cells = {row.th.text.strip(): row.td for row in shown.select("tbody tr")}
        assert "1 đúng hạn" in " ".join(cells["Sở Giáo dục và Đào tạo"].text.split())
        missing = cells["Xã Mường La"].a
        assert "1 chưa nộp" in " ".join(missing.text.split())
        lines = page(app, people["operator"], missing["href"])
        [line] = lines.select(".owed__line")
        assert people["second"] in line.text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"Sở Giáo dục và Đào tạo", "Xã Mường La"}),
        ("&agency_kind=commune", {"Xã Mường La"}),
        ("&domain={domain}", {"Sở Giáo dục và Đào tạo"}),
        ("&status=missing", {"Xã Mường La"}),
        ("&agency={school}", {"Sở Giáo dục và Đào tạo"}),
        ("&status=excused", set()),
    ],
)
def test_filters_leave_what_they_name(app, people, query, shown):
    asked = query.format(domain=people["domain"], school=people["school"].name)
    with make.at(NOW):
        assert set(_rows(_matrix(app, people, QUARTER + asked))) == shown


WRONG = [
    ("from=2026", "from"),
    ("from=2026-Q9", "from"),
    ("from=2026-Q4&to=2026-Q1", "to"),
    ("from=1950-Q1", "from"),
    ("to=xyz", "to"),
]


def test_a_filter_that_makes_no_sense_is_named_and_kept(app, people):
    with make.at(NOW):
        for query, field in WRONG:
            shown = _matrix(app, people, query, status=400)
            assert shown.find(id=f"error-{field}"), query
        assert (
            _matrix(app, people, "from=2026", status=400).find(id="filter-from")[
                "value"
            ]
            == "2026"
        )
        _matrix(app, people, "status=other", status=400)
        page(app, None, "/obligations.csv?from=x", status=400)


def test_the_matrix_is_for_the_operating_office(app, people):
    with make.at(NOW):
        for name in (people["school"].officer, people["school"].leader, None):
            page(app, name, f"/obligations/matrix?{QUARTER}", status=403)


def test_a_stranger_reads_no_live_delay_in_list_or_file(app, people):
    with make.at(NOW):
        shown = page(app, None, f"/vi/obligations/list?{QUARTER}")
        assert len(shown.select(".owed__line--due")) == 2
        answer = app.get(f"/vi/obligations.csv?{QUARTER}")
        assert "Set-Cookie" not in answer.headers
        rows = list(csv.DictReader(io.StringIO(answer.body.lstrip("\ufeff"))))
    assert [row["Tình trạng"] for row in rows] == ["Đến hạn", "Đến hạn"]
    assert {row["Duyệt lúc"] for row in rows} == {""}
    assert not shown.select("input[name=obligation]")


def test_files_hold_what_the_filters_leave_and_no_formula(app, people):
    with make.at(NOW):
        asked = f"/vi/obligations.csv?{QUARTER}&status=missing"
        rows = list(
            csv.reader(
                io.StringIO(
                    app.get(asked, headers=key(people["operator"])).body.lstrip(
                        "\ufeff"
                    )
                )
            )
        )
        assert len(rows) == 2
        assert rows[1][3] == "'=Hộ nghèo"
        assert rows[1][8] == "2026-10-16"
        asked = f"/vi/obligations.xlsx?{QUARTER}"
        answer = app.get(asked, headers=key(people["operator"]))
        sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    told = {row[3].value: row for row in sheet.iter_rows(min_row=2)}
    assert told["=Hộ nghèo"][3].data_type == "s"
    assert told["Trường tiểu học"][9].value == "Đúng hạn"
    assert told["Trường tiểu học"][11].value == 4.4


def test_an_operator_excuses_a_line_and_everybody_reads_why(app, own_people):
    people = own_people
    headers = key(people["operator"])
    with make.at(NOW):
        shown = page(
            app, people["operator"], f"/vi/obligations/list?{QUARTER}&status=missing"
        )
        address = shown.select_one(".owed__do a")["href"]
        form = page(app, people["operator"], address).select_one("form.panel")
        refused = app.post(form["action"], data={"reason": ""}, headers=headers)
        assert refused.status_code == 409
        app.post(form["action"], data={"reason": "Lũ quét"}, headers=headers)
        told = page(app, None, f"/vi/obligations/list?{QUARTER}")
        assert "Lũ quét" in told.text
        page(app, people["commune"].officer, address, status=403)
        page(app, people["operator"], "/obligations/khong-co/excuse", status=404)


def test_an_operator_takes_an_excuse_back_from_the_list(app, own_people):
    people = own_people
    headers = key(people["operator"])
    with make.at(NOW):
        [owed] = make.owed(people["operator"], status="missing")
        act(
            people["operator"],
            "sonla_obligation_excuse",
            id=owed["id"],
            reason="Lũ quét",
        )
        address = f"/vi/obligations/list?{QUARTER}&status=excused"
        way = page(app, people["operator"], address).select_one(".owed__do a")
        assert "Thu hồi việc miễn" in way.text
        form = page(app, people["operator"], way["href"]).select_one("form.panel")
        for reason, status in (("", 409), ("Nhầm đơn vị", 302), ("Lần nữa", 409)):
            answer = app.post(
                form["action"],
                data={"reason": reason},
                headers=headers,
                follow_redirects=False,
            )
            assert answer.status_code == status
        app.post(
            form["action"],
            data={"reason": "x"},
            headers=key(people["commune"].leader),
            status=403,
        )
        assert make.standing(people["operator"], entry=people["second"])[0] == (
            "2026-Q3",
            "missing",
        )


def test_an_operator_reminds_of_the_ticked_lines(app, own_people):
    people = own_people
    headers = key(people["operator"])
    with make.at(NOW):
        shown = page(app, people["operator"], f"/vi/obligations/list?{QUARTER}")
        form = shown.select_one("form[action$='/remind']")
        [ticked] = [one["value"] for one in form.select("input[name=obligation]")]
        query = form.find("input", {"name": "query"})["value"]
        answer = app.post(
            form["action"],
            data={"obligation": [ticked], "query": query},
            headers=headers,
            follow_redirects=False,
        )
        assert answer.headers["Location"].endswith(f"/obligations/list?{QUARTER}")
        none = app.post(form["action"], data={}, headers=headers)
        assert "Hãy đánh dấu" in BeautifulSoup(none.body, "html.parser").text
        app.post(
            form["action"],
            data={"obligation": [ticked]},
            headers=key(people["commune"].leader),
            status=403,
        )


def test_the_console_tells_how_many_are_missing(app, people):
    with make.at(NOW):
        shown = page(app, people["operator"], "/vi/console")
        assert "1 chưa nộp" in " ".join(shown.find(id="deadlines").text.split())
