"""What no text has in a request is told to the caller, whichever way it comes in."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")

API = "/api/3/action/"
HALF = "\ud800"  # of a character: no UTF-8 text has it


@pytest.mark.parametrize(
    "address",
    [
        "/dataset/a%00b",
        "/dataset/?q=a%00b",
        "/catalogue/a%00b",
        "/datastore/dump/a%00b",
        "/revision/a%00b",
        "/organization/a%00b",
    ],
)
def test_a_page_answers_that_the_address_is_wrong(app, address):
    assert app.get(address).status_code == 400


@pytest.mark.parametrize(
    ("action", "field", "value"),
    [
        ("sonla_entry_show", "code", "a\0"),
        ("package_show", "id", "\0"),
        ("package_search", "q", "a\0b"),
        ("sonla_revision_list", "state", ["draft", "x\0"]),
        ("datastore_search", "filters", {"a\0": 1}),
        ("sonla_entry_show", "code", HALF),
        ("sonla_revision_list", "state", ["draft", HALF]),
        ("package_create", "title", f"Chợ {HALF}"),
        ("package_create", "resources", [{"name": "a"}, {"name": HALF}]),
        ("package_search", "q", "\udc00\ud83d"),
        ("user_show", "id", f"a{HALF}"),
        ("datastore_search", "filters", {HALF: 1}),
        ("datastore_search", "q", {"a": HALF}),
        ("datastore_search", "filters", json.dumps({"a": HALF})),
    ],
)
def test_the_api_names_the_field(app, action, field, value):
    answer = app.post(API + action, json={field: value})
    assert answer.status_code == 409
    assert field in json.loads(answer.body)["error"]


@pytest.mark.parametrize(
    "parameters",
    [
        {"id": "a\0"},
        {"id": json.dumps([HALF])},
    ],
)
def test_the_api_names_the_parameter_of_an_address(app, parameters):
    answer = app.get(API + "package_show", query_string=parameters)
    assert answer.status_code == 409
    assert "id" in json.loads(answer.body)["error"]


@pytest.mark.parametrize(
    "body",
    [
        b'{"id": "\xed\xa0\x80"}',
        '{"id": "\\u0000"}'.encode("utf-16"),
        '{"id": "\\uD800"}'.encode("utf-32-be"),
        b'{"\\ud800": 1}',
    ],
    ids=["raw", "UTF-16", "UTF-32", "name"],
)
def test_the_coding_of_a_body_hides_nothing(app, body):
    answer = app.post(API + "package_show", data=body, content_type="application/json")
    assert answer.status_code == 409


def test_a_body_that_stands_in_the_name_of_a_field_is_read_too(app):
    answer = app.post(API + "package_show", data={json.dumps({"id": HALF}): "1"})
    assert answer.status_code == 409


@pytest.mark.parametrize(
    "text",
    [
        "\\u0000",
        "\\ud800",
        "\U0001f600",
        '{"a": "\\ud83d\\ude00"}',
        '{"a": \\u0000',
    ],
)
def test_a_text_that_only_looks_like_it_passes(app, text):
    assert app.post(API + "package_search", json={"q": text}).status_code == 200


def test_a_pair_of_halves_is_a_character(app):
    body = b'{"q": "\\ud83d\\ude00"}'
    answer = app.post(
        API + "package_search", data=body, content_type="application/json"
    )
    assert answer.status_code == 200


def test_a_form_that_holds_it_in_json_is_wrong(app):
    answer = app.post("/user/login", data={"login": json.dumps({"a": HALF})})
    assert answer.status_code == 400


def test_bytes_that_are_no_text_in_an_address_are_read_as_unknown_ones(app):
    assert app.get("/dataset/?q=%ED%A0%80").status_code == 200
