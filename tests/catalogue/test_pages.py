"""Article 10.1: reading the catalogue needs no account and leaves no trace."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import rdflib

from tests.factories import catalogue as make

if TYPE_CHECKING:
    from tests.catalogue.conftest import People


@pytest.fixture
def in_force(people: People, line: dict[str, Any]) -> dict[str, Any]:
    """One entry in force."""
    return make.entry_in_force(
        **{**line, "description": "=SUM(A1) là công thức", "title_en": "Health posts"}
    )


ADDRESSES = (
    "/catalogue",
    "/catalogue?q=tram+y&domain=y-te&agency=so-y-te&cycle=quarterly",
    "/catalogue?page=99",
    "/catalogue/YT-01",
    "/catalogue.csv",
    "/catalogue.xlsx",
    "/catalogue.json",
    "/catalogue.ttl",
    "/catalogue.rdf",
    "/catalogue.jsonld",
    "/catalogue/editions",
    "/vi/catalogue",
)


@pytest.mark.usefixtures("in_force")
def test_anyone_reads_without_an_account_or_a_cookie(app: Any) -> None:
    for address in ADDRESSES:
        answer = app.get(address)
        assert answer.status_code == 200, address
        assert "Set-Cookie" not in answer.headers, address
    assert app.get("/catalogue?page=x").status_code == 400


def test_pages_answer_before_there_is_any_catalogue(app: Any, people: People) -> None:
    for address in ("/catalogue", "/catalogue.csv", "/catalogue.json"):
        assert app.get(address).status_code == 200
    assert app.get("/catalogue/YT-01").status_code == 404


@pytest.mark.usefixtures("in_force")
def test_the_entry_page_shows_rules_decision_and_provider(app: Any) -> None:
    page = app.get("/catalogue/YT-01").body
    assert "Danh sách trạm y tế xã" in page or "Health posts" in page
    assert "782/QĐ-UBND" in page
    assert "Sở Y tế" in page
    assert "[A-Z]{2}[0-9]{3}" in page
    assert app.get("/catalogue/nothing").status_code == 404


@pytest.mark.usefixtures("in_force")
def test_the_entry_page_links_only_what_is_public(app: Any) -> None:
    draft = make.dataset(catalogue_entry="YT-01", owner_org="so-y-te", title="Bản nháp")
    page = app.get("/catalogue/YT-01").body
    assert draft["name"] not in page
    assert "Bản nháp" not in page


@pytest.mark.usefixtures("in_force")
def test_a_reader_who_has_the_page_gets_304(app: Any) -> None:
    for address in ("/catalogue.csv", "/catalogue/YT-01"):
        tag = app.get(address).headers["ETag"]
        again = app.get(address, headers={"If-None-Match": tag})
        assert again.status_code == 304


@pytest.mark.usefixtures("in_force")
def test_the_csv_holds_no_formula(app: Any) -> None:
    text = app.get("/catalogue.csv").get_data().decode("utf-8-sig")
    row = next(csv.DictReader(io.StringIO(text)))
    assert row["Mô tả"] == "'=SUM(A1) là công thức"
    assert row["Kỳ cập nhật"] == "Hằng quý"
    assert row["Cơ quan chủ trì"] == "Sở Y tế"


@pytest.mark.usefixtures("in_force")
def test_the_workbook_holds_texts_only(app: Any) -> None:
    content = app.get("/catalogue.xlsx").get_data()
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    types = {cell.data_type for row in sheet.iter_rows() for cell in row}
    assert types <= {"s", "n", "inlineStr"}
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][0] == "DANH MỤC DỮ LIỆU MỞ"
    assert "782/QĐ-UBND" in str(rows[1][0])
    assert rows[3][:3] == ("STT", "Mã", "Tên bộ dữ liệu")
    assert rows[4][0] == "I. Y tế", "a merged heading names the domain"
    assert rows[5][4] == "=SUM(A1) là công thức"


@pytest.mark.usefixtures("in_force")
def test_the_json_says_everything(app: Any) -> None:
    document = json.loads(app.get("/catalogue.json").get_data())
    assert document["edition"]["decision_number"] == "782/QĐ-UBND"
    assert document["entries"][0]["tables"][0]["schema"] == make.STATIONS


@pytest.mark.usefixtures("in_force")
def test_the_catalogue_as_dcat_has_a_series_for_an_entry(app: Any) -> None:
    graph = rdflib.Graph()
    graph.parse(data=app.get("/catalogue.ttl").get_data(), format="turtle")
    series = graph.value(predicate=rdflib.RDF.type, object=rdflib.DCAT.DatasetSeries)
    assert str(graph.value(series, rdflib.DCTERMS.identifier)) == "YT-01"
    catalogue = graph.value(predicate=rdflib.DCAT.dataset, object=series)
    version = graph.value(catalogue, rdflib.DCTERMS.hasVersion)
    assert str(version) == "782/QĐ-UBND"


@pytest.mark.usefixtures("in_force")
def test_words_find_entries_with_and_without_accents(app: Any) -> None:
    for words, found in (("trạm", True), ("TRAM", True), ("bệnh viện", False)):
        body = app.get("/catalogue", query_string={"q": words}).body
        assert ("YT-01" in body) is found


def test_the_operating_offices_pages_are_for_it(
    app: Any, people: People, edition: dict[str, Any]
) -> None:
    assert edition["id"] not in app.get("/catalogue/editions").body
    assert app.get(f"/catalogue/edition/{edition['id']}").status_code == 403
    assert app.post("/catalogue/editions", data={"kind": "amending"}).status_code in (
        401,
        403,
    )
