"""A NUL in a request is told to the caller, whichever way it comes in."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")

API = "/api/3/action/"


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
    ],
)
def test_the_api_names_the_field(app, action, field, value):
    answer = app.post(API + action, json={field: value})
    assert answer.status_code == 409
    assert field in json.loads(answer.body)["error"]


def test_the_api_names_the_parameter_of_an_address(app):
    answer = app.get(API + "package_show?id=a%00")
    assert answer.status_code == 409
    assert "id" in json.loads(answer.body)["error"]


def test_a_body_that_only_speaks_of_the_character_passes(app):
    answer = app.post(API + "package_search", json={"q": "\\u0000"})
    assert answer.status_code == 200
