# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""All agencies come from one CSV file: looked over line by line, made all or none."""

from __future__ import annotations

import io

import pytest

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.cli.cli import ckan
from ckan.tests import factories
from ckan.tests.helpers import call_action
from ckanext.sonla.agencies.importing import COLUMNS, template
from ckanext.sonla.shared import roles
from tests.factories import agencies

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


def line(name: str = "so-y-te", **values: str) -> dict[str, str]:
    return {
        "agency_name": name,
        "agency_title": f"Cơ quan {name}",
        "agency_title_en": "",
        "agency_kind": "department",
        "agency_code": "H52.19",
        "officer_name": f"cb-{name}",
        "officer_email": f"cb-{name}@sonla.gov.vn",
        "officer_fullname": "Cán bộ, tổng hợp",
        "leader_name": f"ld-{name}",
        "leader_email": f"ld-{name}@sonla.gov.vn",
        "leader_fullname": "",
        "decision": "QĐ số 5",
        **values,
    }


def csv(*lines: dict[str, str], delimiter: str = ",") -> str:
    rows = [COLUMNS, *([one[name] for name in COLUMNS] for one in lines)]
    quoted = ([f'"{cell}"' for cell in row] for row in rows)
    return "".join(delimiter.join(row) + "\r\n" for row in quoted)


def look_over(text: str) -> dict:
    context = {"user": agencies.technical(), "ignore_auth": False}
    return call_action("sonla_agency_import", context, text=text)


def findings(text: str) -> str:
    read = look_over(text)
    assert not read["valid"]
    return " ".join(
        [*read["findings"], *(f for one in read["lines"] for f in one["findings"])]
    )


def test_a_file_is_read_with_or_without_a_byte_order_mark():
    for start, delimiter in (("", ","), ("\ufeff", ","), ("", ";"), ("\ufeff", ";")):
        read = look_over(start + csv(line(), delimiter=delimiter))
        assert read["valid"]
        (one,) = read["lines"]
        assert one["line"] == 2
        assert one["agency"]["name"] == "so-y-te"
        assert one["officer"]["fullname"] == "Cán bộ, tổng hợp"
    assert model.Group.get("so-y-te") is None


FAULTS = [
    ({"agency_kind": "club"}, "club is no kind of agency"),
    ({"agency_name": "Sở Y tế"}, "alphanumeric"),
    ({"agency_name": ""}, "name is missing"),
    ({"agency_title": ""}, "title is missing"),
    ({"officer_email": ""}, "address of cb-so-y-te is missing"),
    ({"officer_email": "x"}, "not a valid format"),
    ({"officer_name": ""}, "account's name is missing"),
    ({"leader_name": "cb-so-y-te"}, "can't be officer and leader"),
    ({"decision": " "}, "decision of appointment is missing"),
    ({"agency_name": agencies.OFFICE}, "not provisioned from a file"),
]


def test_a_fault_is_found_on_its_line():
    for change, finding in FAULTS:
        text = csv(line("so-khac"), line(**change))
        assert finding in findings(text)
        read = look_over(text)
        assert [bool(one["findings"]) for one in read["lines"]] == [False, True]


def test_what_stands_in_two_lines_is_found():
    assert "cb-so-y-te appears in more" in findings(
        csv(line(), line("so-khac", officer_name="cb-so-y-te"))
    )


def test_what_somebody_else_has_is_found():
    factories.User(name="cb-so-y-te", email="khac@sonla.gov.vn")
    factories.User(email="LD-so-y-te@sonla.gov.vn")
    found = findings(csv(line()))
    assert "Another account bears the name cb-so-y-te" in found
    assert "Another account has the e-mail address" in found


SHAPES = [
    (template(), "no lines"),
    ("a,b\r\n1,2\r\n", "Columns are missing"),
    (",".join(COLUMNS) + ",password\r\n", "Columns are unknown: password"),
    (csv(line()) + "mot,hai\r\n", "Line 3 has 2 cells"),
    (csv(line()) + '"' + "x" * 200_000 + '"', "can't be read"),
]


def test_a_file_of_another_shape_is_refused_with_the_reason():
    for text, finding in SHAPES:
        assert finding in findings(text)


def test_all_are_made_or_none():
    context = {"user": agencies.technical(), "ignore_auth": False}
    with pytest.raises(tk.ValidationError):
        call_action(
            "sonla_agency_import_confirm",
            dict(context),
            text=csv(line(), line("so-khac", agency_kind="club")),
        )
    assert model.Group.get("so-y-te") is None
    made = call_action(
        "sonla_agency_import_confirm",
        dict(context),
        text=csv(line(), line("so-khac", leader_name="", leader_email="")),
    )
    assert made["count"] == 2
    officer = model.User.get("cb-so-khac")
    assert officer.state == "pending"
    assert [account["role"] for account in made["results"][1]["accounts"]] == [
        "officer"
    ]


def test_the_operators_page_leads_from_the_file_to_the_agencies(staff, app):
    token = factories.APIToken(user=staff["operator"])["token"]
    headers = {"Authorization": token}
    page = app.get("/agencies/provision", headers=headers).body
    assert "/agencies/provision/template.csv" in page
    empty = app.get("/agencies/provision/template.csv", headers=headers)
    assert empty.body.startswith("\ufeffagency_name")
    upload = {"upload": (io.BytesIO(csv(line("so-moi")).encode()), "a.csv")}
    seen = app.post("/agencies/provision/preview", data=upload, headers=headers).body
    assert "cb-so-moi@sonla.gov.vn" in seen
    app.post(
        "/agencies/provision/confirm",
        data={"text": csv(line("so-moi"))},
        headers=headers,
        follow_redirects=False,
        status=302,
    )
    assert model.Group.get("so-moi") is not None


def test_the_operators_form_makes_one_agency_and_says_what_is_wrong(staff, app):
    token = factories.APIToken(user=staff["operator"])["token"]
    headers = {"Authorization": token}
    values = {**line("so-moi"), "agency_kind": "department"}
    wrong = app.post(
        "/agencies/provision",
        data={**values, "officer_email": "x<b>"},
        headers=headers,
        status=409,
    ).body
    assert "not a valid format" in wrong
    assert "x<b>" not in wrong
    app.post(
        "/agencies/provision",
        data=values,
        headers=headers,
        follow_redirects=False,
        status=302,
    )
    assert model.Group.get("so-moi") is not None


def test_the_page_is_for_operators(staff, app):
    for name in ("officer", "leader", "auditor"):
        token = factories.APIToken(user=staff[name])["token"]
        headers = {"Authorization": token}
        for path in ("/agencies/provision", "/agencies/provision/template.csv"):
            app.get(path, headers=headers, status=403)
        app.post("/agencies/provision/confirm", headers=headers, status=403)
    assert model.Group.get("so-moi") is None


def test_what_is_no_text_file_is_refused(staff, app):
    token = factories.APIToken(user=staff["operator"])["token"]
    headers = {"Authorization": token}
    for content, status in (
        (b"\xff\xfe\x00a", 409),
        (b"x" * 3_000_001, 409),
        (b"", 200),
    ):
        upload = {"upload": (io.BytesIO(content), "a.csv")}
        app.post(
            "/agencies/provision/preview", data=upload, headers=headers, status=status
        )


@pytest.mark.usefixtures("with_extended_cli")
def test_the_command_makes_all_agencies_of_a_file(cli, tmp_path):
    file = tmp_path / "agencies.csv"
    file.write_text(csv(line(), line("so-khac")), encoding="utf-8-sig")
    answer = cli.invoke(ckan, ["sonla", "agency", "provision", str(file), "--yes"])
    assert "Provisioned 2 agencies" in answer.output
    assert model.Group.get("so-khac") is not None
    file.write_text(csv(line("so-ba", agency_kind="club")), encoding="utf-8")
    answer = cli.invoke(ckan, ["sonla", "agency", "provision", str(file), "--yes"])
    assert answer.exit_code == 1
    assert "Line 2: club is no kind of agency" in answer.output
    assert roles.appointment_of("cb-so-ba") is None
