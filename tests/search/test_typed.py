"""People type anything: datasets are found or a clear error is said, never a 500."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import dataset, found

pytestmark = [
    pytest.mark.ckan_config("ckan.plugins", "sonla_search"),
    pytest.mark.ckan_config("ckan.auth.create_unowned_dataset", True),
    pytest.mark.usefixtures("index"),
]

TYPED = [
    "R&D C++ (2020", '"nông nghiệp', "chủ đề:", "chủ đề: giáo dục", "a:b:c", "((((",
    "AND", "OR OR", "NOT", "-", "+", "*", "?", "~", "^2", "\\", "/a/", "[1 TO",
    "http://sonla.gov.vn/x?a=1", "100%", "'; DROP TABLE package; --", "{x}", "<b>",
    "name:[a TO b]", "title:[a TO b]", "metadata_modified:[* TO hôm nay]",
    "metadata_modified:2026", "views_total:x", "a" * 5000, "\u0301", "1990\u20132020",
    "title_ngram:*", "text:x~9 y", "metadata_modified:[NOW-9999999YEARS TO NOW]",
    "views_total:[1 TO 99999999999999999999999]", "name:%_\\%",
]  # fmt: skip


def test_no_search_ends_in_a_fault(app: Any):
    """Over the API, where nothing that can be typed is refused as a fault."""
    for typed in TYPED:
        answer = app.get("/api/3/action/package_search", query_string={"q": typed})
        assert answer.status_code in (200, 400, 409), (typed, answer.body)


@pytest.mark.parametrize(
    "typed", ["R&D C++ (2020", '"nông', "chủ đề:", "title:[a TO b]"]
)
def test_no_page_of_results_is_a_fault(app: Any, typed: str):
    assert app.get("/dataset/", query_string={"q": typed}).status_code == 200


def test_a_filter_that_is_none_is_said_to_be_none(app: Any):
    """A filter is never guessed at: it may be what keeps something private."""
    for filters in ('"open', "(a", "title:[a TO b]", "+state:(active", "views_total:x"):
        answer = app.get("/api/3/action/package_search", query_string={"fq": filters})
        assert answer.status_code in (400, 409), filters
        assert answer.json["success"] is False


def test_signs_that_nobody_meant_do_not_hide_the_dataset():
    dataset("R&D, C++ (2020)")
    dataset("Chủ đề: giáo dục")
    assert found("R&D C++ (2020") == ["R&D, C++ (2020)"]
    assert found('"C++ (2020') == ["R&D, C++ (2020)"]
    assert found("chủ đề:") == ["Chủ đề: giáo dục"]
    assert found("chủ đề: giáo dục") == ["Chủ đề: giáo dục"]
    assert found("đề: (giáo") == ["Chủ đề: giáo dục"]


def test_a_parameter_that_is_none_is_refused(app: Any):
    for parameter, value in (
        ("sort", "metadata_modified"),
        ("sort", "tags asc"),
        ("sort", "title_string asc; DROP TABLE package"),
        ("facet.limit", "many"),
        ("start", "-1"),
        ("rows", "x"),
    ):
        asked = {parameter: value}
        answer = app.get("/api/3/action/package_search", query_string=asked)
        assert answer.status_code in (400, 409), asked
