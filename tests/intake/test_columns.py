"""Headers, names and types, with a Table Schema and without one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from ckanext.sonla.intake import names


def rules_of(result):
    return sorted({finding.rule for finding in result.findings.kept})


def test_every_header_becomes_a_name_that_postgresql_keeps(load, rows):
    long = "Tổng diện tích gieo trồng cây hằng năm của toàn xã trong vụ đông xuân"
    header = f'tên;Tên;;"a ""b"" c";_id;{long};{long} 2;"dòng\n hai";x; DROP TABLE y--'
    read = rows(load(f"{header}\n1;2;3;4;5;6;7;8;9;10\n".encode()))[0]
    assert list(read.values()) == list(range(1, 11))
    assert list(read)[:5] == ["tên", "Tên_2", "column_3", "a 'b' c", "id"]
    assert list(read)[7:] == ["dòng hai", "x", "DROP TABLE y--"]
    assert all(len(name.encode()) <= 63 for name in read)


@pytest.mark.parametrize(
    "name",
    ["ma'; DROP TABLE x; --", "100% %(a)s", "a:b", "a\\b", "x{0}", "select", "ô $1"],
)
def test_names_and_values_that_look_like_sql_are_only_text(load, rows, name):
    schema = {
        "primaryKey": name,
        "fields": [
            {
                "name": name,
                "title": name,
                "description": name,
                "constraints": {"required": True, "enum": [name], "minLength": 1},
            }
        ],
    }
    content = f'"{name}"\n"{name}"\n'.encode()
    assert rows(load(content, schema=schema)) == [{name: name}]
    assert rows(load(content)) == [{name: name}]


def test_missing_double_and_unknown_columns_are_found(load):
    schema = {"fields": [{"name": "ma"}, {"name": "ten"}]}
    assert rules_of(load(b"MA,Ma,la\n1,2,3\n", schema=schema)) == [
        "column.double",
        "column.missing",
        "column.unknown",
    ]


def test_the_row_numbers_of_our_own_downloads_are_no_column(load, rows):
    schema = {"fields": [{"name": "ma"}]}
    assert rows(load(b"_id,ma\n7,x\n", schema=schema)) == [{"ma": "x"}]


GUESSED = {
    "nguyên": (["1", "-20", "0"], [1, -20, 0]),
    "mã": (["007", "12", "13"], ["007", "12", "13"]),
    "điện thoại": (["+84912", "84913", "84914"], ["+84912", "84913", "84914"]),
    "số": (["1.5", "2", "3.25"], [Decimal("1.5"), Decimal(2), Decimal("3.25")]),
    "tiền": (
        ["1.234.567,89", "1.000", "2"],
        [Decimal("1234567.89"), Decimal(1000), Decimal(2)],
    ),
    "lẫn": (["1.234", "2.345", ""], ["1.234", "2.345", None]),
    "ngày": (["2026-09-02", "", "2024-02-29"],
             [dt.date(2026, 9, 2), None, dt.date(2024, 2, 29)]),
    "ngày Việt": (["2/9/2026", "30/04/2026", ""],
                  [dt.date(2026, 9, 2), dt.date(2026, 4, 30), None]),
    "không phải ngày": (["31/2/2026", "1/1/2026", ""], ["31/2/2026", "1/1/2026", None]),
    "lúc": (["2026-09-02T10:20:30", "2026-09-02 00:00:00", ""],
            [dt.datetime.fromisoformat("2026-09-02T10:20:30"),
             dt.datetime.fromisoformat("2026-09-02"), None]),
    "đúng": (["true", "FALSE", ""], [True, False, None]),
    "trống": (["", "", ""], [None, None, None]),
    "chữ": (["1", "x", "2"], ["1", "x", "2"]),
}  # fmt: skip


def test_types_are_guessed_from_all_values_and_codes_stay_text(load, rows):
    lines = [
        GUESSED.keys(),
        *zip(*(given for given, _ in GUESSED.values()), strict=True),
    ]
    content = "\n".join("\t".join(line) for line in lines)
    # A value far below decides as well as the first ones.
    read = rows(load(content.encode(), "TSV"))
    for name, (_given, wanted) in GUESSED.items():
        assert [row[name] for row in read] == wanted, name


def test_a_late_value_changes_the_guess(load, rows):
    content = "\n".join(["x", *map(str, range(1000)), "không rõ"]).encode()
    assert rows(load(content))[0] == {"x": "0"}


def test_every_constraint_finds_its_cells(load):
    schema = {
        "missingValues": ["", "-"],
        "uniqueKeys": [["a", "b"]],
        "fields": [
            {"name": "a", "constraints": {"required": True, "maxLength": 3}},
            {"name": "b", "type": "integer", "constraints": {"maximum": 9}},
            {"name": "c", "constraints": {"enum": ["Có", "Không"], "unique": True}},
            {
                "name": "d",
                "type": "date",
                "format": "%d/%m/%Y",
                "constraints": {"minimum": "1/1/2026"},
            },
            {"name": "e", "constraints": {"pattern": "[0-9]{2}"}},
            {
                "name": "f",
                "type": "boolean",
                "trueValues": ["Có"],
                "falseValues": ["Không"],
            },
            {"name": "g", "constraints": {"pattern": "(unclosed"}},
        ],
    }
    content = (
        "a,b,c,d,e,f,g\n"
        "x,1,Có,1/1/2026,12,Có,g\n"
        "x,1,Không,31/12/2025,123,Không,g\n"
        "-,10,Có,,,yes,g\n"
        "long,2.0,có,,1a,,g\n"
    ).encode()
    found = {
        (one.rule, one.row, one.column)
        for one in load(content, schema=schema).findings.kept
    }
    assert found == {
        ("pattern.unusable", None, "g"),
        ("required", 4, "a"),
        ("maxLength", 5, "a"),
        ("maximum", 4, "b"),
        ("type", 5, "b"),
        ("enum", 5, "c"),
        ("unique", 4, "c"),
        ("unique", 3, "a, b"),
        ("minimum", 3, "d"),
        ("pattern", 3, "e"),
        ("pattern", 5, "e"),
        ("type", 4, "f"),
    }


def test_all_findings_are_counted_and_each_rule_keeps_some(load):
    schema = {
        "fields": [
            {"name": "a", "type": "integer"},
            {"name": "b", "constraints": {"required": True}},
        ]
    }
    content = "a,b\n" + "x,\n" * 5000
    found = load(content.encode(), schema=schema).findings
    assert found.count == 10_000
    assert len(found.kept) == 1000
    kept = [one.rule for one in found.kept]
    assert kept.count("type") == kept.count("required") == 500


def test_names_are_compared_without_case_accents_and_signs():
    assert names.folded("  Mã_đơn-VỊ (cũ) ") == names.folded("ma don vi cu")


def test_what_ckan_would_take_for_a_parameter_gets_a_space():
    assert names.column_name("giờ:phút (:x)") == "giờ:phút (: x)"
