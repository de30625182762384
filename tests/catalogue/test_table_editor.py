"""An operator writes the rules of a table by form; nobody needs JSON or JavaScript."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from werkzeug.datastructures import FileStorage

import ckan.plugins.toolkit as tk
from ckan.tests import factories
from ckanext.sonla.catalogue import table_schema
from ckanext.sonla.catalogue.table_schemas import form
from ckanext.sonla.shared import clock
from tests.factories import catalogue

if TYPE_CHECKING:
    from tests.catalogue.conftest import People

RICH: dict[str, Any] = {
    "fields": [
        {"name": "ma", "title": "Mã", "constraints": {"pattern": "[A-Z]{2}"}},
        {"name": "xa", "title": "Xã", "unit": "mã", "example": "03646"},
        {"name": "so", "type": "number", "decimalChar": ",", "groupChar": ".",
         "constraints": {"minimum": 0, "maximum": 99.5, "required": True}},
        {"name": "loai", "constraints": {"enum": ["A", "B, C"]}},
        {"name": "co", "type": "boolean", "trueValues": ["Có"],
         "falseValues": ["Không"]},
    ],
    "primaryKey": ["ma"],
    "uniqueKeys": [["ma", "so"]],
    "missingValues": ["", "-"],
    "foreignKeys": [
        {"fields": ["xa"],
         "reference": {"entry": "DM-XA", "resource": "xa", "fields": ["ma"]}},
        {"fields": ["xa", "loai"],
         "reference": {"entry": "DM-XA", "resource": "xa", "fields": ["ma", "loai"]}},
        {"fields": ["xa"], "reference": {"resource": "khac", "fields": ["ma"]}},
    ],
}  # fmt: skip
EXAMPLE = "Mã trạm,Tên trạm,Số giường,Ngày lập\n" + "".join(
    f"SL{n:03},Trạm {n},{n},{n:02}/03/2026\n" for n in range(1, 13)
)


def _boxes(html: str) -> dict[str, str]:
    """Return the names and values that a browser would send of the editor's form."""
    found: dict[str, str] = {}
    editor = html[html.index('enctype="multipart/form-data"') :]
    for tag in re.findall(r"<input [^>]*>", editor):
        name = re.search(r'name="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        ticked = "checkbox" not in tag or " checked" in tag
        if name and ticked and "file" not in tag and name[1] != "_csrf_token":
            found[name[1]] = (
                (value[1] if value else "")
                .replace("&#34;", '"')
                .replace("&amp;", "&")
                .replace("&#39;", "'")
            )
    for name, options in re.findall(
        r'<select [^>]*name="([^"]*)">(.*?)</select>', editor, re.DOTALL
    ):
        met = re.search(r'value="([^"]*)" selected', options)
        found[name] = met[1] if met else "any"
    areas = r'<textarea [^>]*name="([^"]*)"[^>]*>(.*?)</textarea>'
    found.update(re.findall(areas, editor, re.DOTALL))
    return found


def _sent(schema: dict[str, Any]) -> dict[str, str]:
    """Return what a browser would send for a schema that the form shows."""
    sent: dict[str, str] = {}
    for at, row in enumerate(form.rows_of(schema)):
        for box, value in row.items():
            if value is True:
                sent[f"f-{at}-{box}"] = "1"
            elif value is not False:
                sent[f"f-{at}-{box}"] = str(value)
    return sent


def test_opening_and_saving_a_schema_loses_nothing() -> None:
    """What the form has no box for travels along."""
    assert not list(table_schema.problems_of_schema(RICH))
    again = form.schema_of(
        form.rows_from(_sent(RICH)), form.rest_of(RICH), form.keys_of(RICH)
    )
    types = [{"type": "string", **one} for one in RICH["fields"]]
    assert again == {**RICH, "fields": types}


def test_buttons_move_columns() -> None:
    rows = form.rows_of(RICH)
    names = [row["name"] for row in form.moved(rows, "up-1")]
    assert names[:2] == ["xa", "ma"]
    assert form.moved(rows, "remove-0")[0]["name"] == "xa"
    assert len(form.moved(rows, "add")) == 6
    for odd in ("up-99", "down-x", "nothing", "remove--1"):
        assert form.moved(rows, odd) == rows


@pytest.fixture
def opened(people: People, line: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """The editor's address for an entry of an open edition, and a login for it."""
    edition = people.call("operator", "sonla_edition_create", kind="replacing")
    people.call(
        "operator", "sonla_entry_create", edition_id=edition["id"],
        **{**line, "tables": []},
    )  # fmt: skip
    token = factories.APIToken(user=people.operator)["token"]
    return (
        f"/catalogue/edition/{edition['id']}/entry/YT-01/table",
        {"Authorization": token},
    )


def _post(app: Any, opened: Any, boxes: dict[str, Any], do: str, file: str = "") -> Any:
    data = {**boxes, "do": do}
    if file:
        data["upload"] = (io.BytesIO(file.encode()), "vi-du.csv")
    address, headers = opened
    return app.post(
        address, data=data, headers=headers, content_type="multipart/form-data",
        follow_redirects=False,
    )  # fmt: skip


def test_from_an_example_file_by_form_tried_against_a_file_to_the_edition(
    app: Any, people: People, opened: tuple[str, dict[str, str]]
) -> None:
    address, headers = opened
    app.get(address, headers={}, status=403)
    boxes = _boxes(app.get(address, headers=headers).body)
    boxes |= {"name": "tram", "title": "Trạm y tế"}
    boxes = _boxes(_post(app, opened, boxes, "infer", EXAMPLE).body)
    told = [(boxes[f"f-{at}-name"], boxes[f"f-{at}-type"]) for at in range(4)]
    assert told == [
        ("ma_tram", "string"), ("ten_tram", "string"), ("so_giuong", "integer"),
        ("ngay_lap", "date"),
    ]  # fmt: skip
    assert (boxes["f-0-key"], boxes["f-3-format"]) == ("1", "%d/%m/%Y")
    boxes["f-2-maximum"] = "10"
    tried = _post(app, opened, boxes, "try", EXAMPLE).body
    assert "2" in tried
    assert "11" in tried
    answer = _post(app, opened, boxes, "save")
    assert answer.status_code == 302
    edition = address.split("/")[3]
    shown = people.call("operator", "sonla_entry_show", code="YT-01", edition=edition)
    schema = shown["tables"][0]["schema"]
    assert schema["fields"][2]["constraints"] == {"required": True, "maximum": 10}
    assert schema["primaryKey"] == ["ma_tram"]
    again = _boxes(app.get(f"{address}?table=tram", headers=headers).body)
    assert again["f-2-maximum"] == "10"
    assert _post(app, opened, again, "drop").status_code == 302
    shown = people.call("operator", "sonla_entry_show", code="YT-01", edition=edition)
    assert shown["tables"] == []


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    app: Any, opened: tuple[str, dict[str, str]]
) -> None:
    boxes = {
        "name": "Trạm", "title": "Trạm", "was": "", "rest": "không phải JSON",
        "f-0-name": "ma", "f-0-type": "string", "f-0-pattern": "(a+)+$",
    }  # fmt: skip
    for do in ("save", "try"):
        page = _post(app, opened, boxes, do, EXAMPLE)
        assert page.status_code == 200
        assert "alert-error" in page.body
        assert _boxes(page.body)["f-0-pattern"] == "(a+)+$"
    page = _post(app, opened, {**boxes, "name": "tram"}, "infer", "")
    assert page.status_code == 200
    page = _post(app, opened, boxes, "infer", "\0\0\0")
    assert page.status_code == 200


def test_trying_and_guessing_are_for_who_holds_a_role(people: People) -> None:
    for action in ("sonla_table_infer", "sonla_table_try"):
        for who in ("stranger", None):
            with pytest.raises(tk.NotAuthorized):
                people.call(who, action, upload="x", schema="{}")
        with pytest.raises(tk.ValidationError):
            people.call("officer", action, upload="x", schema="[]")


@pytest.mark.parametrize(
    "field",
    [
        {"constraints": "x"},
        {"constraints": {"enum": 5}},
        {"constraints": {"minLength": "x"}},
        {"constraints": {"pattern": "("}},
        {"type": ["string"]},
        {"type": "date", "format": "%"},
        {"type": "number", "groupChar": 5},
        {"type": "boolean", "trueValues": 7},
    ],
)
def test_a_schema_that_is_none_is_refused_in_words(
    people: People, field: dict[str, Any]
) -> None:
    """Trying it is no error of the portal, whatever it holds."""
    schema = json.dumps({"fields": [{"name": "a", **field}]})
    upload = FileStorage(io.BytesIO(b"a\n1\n"), "a.csv")
    try:
        people.call("officer", "sonla_table_try", upload=upload, schema=schema)
    except tk.ValidationError as refused:
        assert refused.error_dict


def test_the_template_has_titles_rules_lists_and_notes(
    app: Any, people: People
) -> None:
    many = [f"Loại số {n:03}" for n in range(60)]
    schema = {
        "fields": [
            {"name": "ma", "title": "Mã trạm", "description": "Theo Bộ Y tế"},
            {"name": "loai", "title": "Loại", "constraints": {"enum": ["A", "B"]}},
            {"name": "nhom", "title": "Nhóm", "constraints": {"enum": many}},
            {"name": "so", "title": "Số", "type": "integer",
             "constraints": {"minimum": 0, "maximum": 9}},
            {"name": "ngay", "title": "Ngày", "type": "date"},
        ],
        "primaryKey": "ma",
    }  # fmt: skip
    catalogue.entry_in_force(
        code="YT-01", lead_agency="so-y-te", domain="y-te",
        tables=[{"name": "tram", "title": "Trạm: y tế", "schema": schema}],
    )  # fmt: skip
    content = app.get("/catalogue/YT-01/template/tram.xlsx").get_data()
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet, notes, values = book.worksheets
    assert [cell.value for cell in sheet[1]] == [
        "Mã trạm", "Loại", "Nhóm", "Số", "Ngày",
    ]  # fmt: skip
    rules = {
        str(one.sqref): (one.type, one.formula1)
        for one in sheet.data_validations.dataValidation
    }
    assert rules["B2:B2001"] == ("list", '"A,B"')
    assert rules["C2:C2001"][1].endswith("$A$2:$A$61")
    assert rules["D2:D2001"][0] == "whole"
    assert sheet.column_dimensions["A"].width >= 12
    assert values["A61"].value == many[-1]
    assert "Theo Bộ Y tế" in [cell.value for cell in notes["E"]]
    app.get("/catalogue/YT-01/template/khac.xlsx", status=404)
    app.get("/catalogue/KHAC/template/tram.xlsx", status=404)


def test_each_decision_that_changed_a_table_is_a_version(
    app: Any, people: People
) -> None:
    catalogue.one_table_entry(code="YT-01", lead_agency="so-y-te", domain="y-te")
    fields = [*catalogue.STATIONS["fields"], {"name": "xa"}]
    edition = people.call("operator", "sonla_edition_create", kind="amending")
    people.call(
        "operator", "sonla_entry_update", edition_id=edition["id"], code="YT-01",
        tables=[{"name": "tram", "title": "T", "schema": {"fields": fields}}],
    )  # fmt: skip
    asked = {"code": "YT-01", "table": "tram"}
    assert people.call(None, "sonla_table_version_list", **asked)["count"] == 1
    people.call("operator", "sonla_edition_submit", id=edition["id"])
    people.call(
        "leader", "sonla_edition_approve", id=edition["id"],
        decision_number="99/QĐ-UBND", decision_date=clock.today().isoformat(),
    )  # fmt: skip
    newest, first = people.call(None, "sonla_table_version_list", **asked)["results"]
    assert (newest["version"], newest["added"]) == (2, ["xa"])
    assert (first["version"], first["decision_number"]) == (1, "782/QĐ-UBND")
    page = app.get("/catalogue/YT-01/versions/tram")
    assert "782/QĐ-UBND" in page.body
    app.get("/catalogue/YT-01/versions/khac", status=404)
