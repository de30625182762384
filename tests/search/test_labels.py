"""What a stranger may not see, no query shows."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import ckan.plugins.toolkit as tk
from ckan.lib.search import SearchError
from ckan.tests import factories

from .conftest import dataset, found
from .test_lucene_properties import QUERIES

pytestmark = [
    pytest.mark.ckan_config("ckan.plugins", "sonla_search"),
    pytest.mark.ckan_config("ckan.auth.create_unowned_dataset", True),
    pytest.mark.usefixtures("index"),
]

ATTEMPTS = [
    "*:* OR *:*",
    "+capacity:public OR capacity:private",
    "capacity:private",
    "+state:(active OR draft) OR *:*",
    'permission_labels:("public" OR "creator-x") OR *:*',
    "name:bi-mat OR +capacity:public",
    "-capacity:public",
    "*:* -capacity:public",
    "(*:*) OR (capacity:private)",
    "title:bí OR *:*",
    "capacity:public) OR (*:*",
    "capacity:private /*",
    "capacity:private\\",
]  # fmt: skip


@pytest.fixture
def private() -> None:
    """A private dataset beside a public one."""
    org = factories.Organization()
    dataset("Bí mật", name="bi-mat", owner_org=org["id"], private=True)
    dataset("Công khai", name="cong-khai", owner_org=org["id"])


def test_no_filter_from_outside_gets_round_the_labels(private: None):
    for attempt in ATTEMPTS:
        for parameters in ({"fq": attempt}, {"q": attempt}, {"fq_list": [attempt]}):
            try:
                answer = tk.get_action("package_search")(
                    {"user": ""}, {"include_private": True, **parameters}
                )
            except SearchError:
                continue
            names = {item["name"] for item in answer["results"]}
            assert names <= {"cong-khai"}, parameters
            assert answer["count"] <= 1, parameters


def test_no_filter_at_all_gets_round_the_labels(private: None):
    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(QUERIES, st.sampled_from(["q", "fq"]))
    @example("*\0", "q")
    @example("*\0", "fq")
    @example("*\ud800", "fq")
    def attempt(text: str, parameter: str) -> None:
        try:
            answer = tk.get_action("package_search")(
                {"user": ""}, {"include_private": True, parameter: text}
            )
        except (SearchError, tk.ValidationError):
            return
        assert {item["name"] for item in answer["results"]} <= {"cong-khai"}

    attempt()


def test_facets_count_only_what_may_be_seen(private: None):
    org = factories.Organization()
    dataset("Khác", owner_org=org["id"], private=True, tags=[{"name": "kín"}])
    answer = tk.get_action("package_search")(
        {"user": ""},
        {
            "q": "*:*",
            "facet.field": ["tags", "capacity"],
            "facet.mincount": 0,
            "facet.limit": -1,
        },
    )
    assert answer["facets"] == {"tags": {}, "capacity": {"public": 1}}


def test_labels_are_never_answered(private: None):
    answer = tk.get_action("package_search")(
        {"user": ""}, {"fl": "name,permission_labels"}
    )
    assert "permission_labels" not in answer["results"][0]
    assert found("*:*") == ["Công khai"]


def test_a_member_sees_the_private_datasets_of_the_agency():
    user = factories.User()
    org = factories.Organization(users=[{"name": user["name"], "capacity": "editor"}])
    dataset("Nội bộ", owner_org=org["id"], private=True)
    answer = tk.get_action("package_search")(
        {"user": user["name"]}, {"q": "noi bo", "include_private": True}
    )
    assert answer["count"] == 1
