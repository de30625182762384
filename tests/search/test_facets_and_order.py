"""Facets count, sorting sorts, pages follow one another."""

from __future__ import annotations

import pytest

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.search import SearchQueryError, query_for
from ckan.tests import factories

from .conftest import dataset, found

pytestmark = [
    pytest.mark.ckan_config("ckan.plugins", "sonla_search"),
    pytest.mark.ckan_config("ckan.auth.create_unowned_dataset", True),
    pytest.mark.usefixtures("index"),
]


def test_facets_count_values_the_most_frequent_first():
    dataset("Một", tags=[{"name": "lúa"}, {"name": "ngô"}])
    dataset("Hai", tags=[{"name": "lúa"}])
    dataset("Ba", tags=[{"name": "chè"}])
    result = query_for(model.Package).run(
        {"q": "*:*", "facet.field": ["tags", "groups"], "facet.limit": 2}
    )
    assert result["count"] == 3
    answer = tk.get_action("package_search")(
        {"user": ""}, {"facet.field": ["tags", "groups"], "facet.mincount": 2}
    )
    assert answer["facets"] == {"tags": {"lúa": 2}, "groups": {}}
    answer = tk.get_action("package_search")(
        {"user": ""}, {"facet.field": ["tags"], "facet.limit": 2}
    )
    assert list(answer["facets"]["tags"].items()) == [("lúa", 2), ("chè", 1)]


def test_facets_follow_the_query_and_its_filters():
    org = factories.Organization(name="so-nong-nghiep")
    dataset("Lúa", owner_org=org["id"], tags=[{"name": "cây"}])
    dataset("Cá", tags=[{"name": "con"}])
    answer = tk.get_action("package_search")(
        {"user": ""},
        {"fq": "organization:so-nong-nghiep", "facet.field": ["tags", "organization"]},
    )
    assert answer["facets"] == {
        "tags": {"cây": 1},
        "organization": {"so-nong-nghiep": 1},
    }


def test_pages_follow_one_another_without_gap_or_repetition():
    titles = [f"Bộ {number:02}" for number in range(7)]
    for title in titles:
        dataset(title)
    pages = [
        found("*:*", sort="title_string asc", start=start, rows=3)
        for start in (0, 3, 6)
    ]
    assert [title for page in pages for title in page] == titles
    assert found("*:*", rows=0) == []


def test_sorting_by_what_no_dataset_has_sorts_nothing():
    """CKAN's home page asks for `view_recent desc`."""
    dataset("Một")
    dataset("Hai")
    assert sorted(found("*:*", sort="view_recent desc")) == ["Hai", "Một"]


def test_a_sort_order_that_is_none_has_ckans_own_error():
    with pytest.raises(SearchQueryError):
        query_for(model.Package).run({"q": "*:*", "sort": "title_string"})


def test_dates_are_compared_with_now():
    dataset("Một")
    assert found("metadata_modified:[NOW-1DAY TO NOW]") == ["Một"]
    assert found("metadata_modified:[* TO NOW-1DAY]") == []
    assert found("*:*", fq="metadata_created:[2026-01-01T00:00:00Z TO *]") == ["Một"]


def test_values_are_found_as_they_stand():
    dataset("Một", name="mot", tags=[{"name": "Đất đai"}])
    dataset("Hai", name="hai")
    assert found('tags:"Đất đai"') == ["Một"]
    assert found('tags: "Đất đai"') == ["Một"]
    assert found("tags:đất") == []
    assert found("name:mo*") == ["Một"]
    assert found("name:[h TO i]") == ["Hai"]
    assert found("-name:mot") == ["Hai"]
    assert found("tags:*") == ["Một"]
    assert found("*:* -tags:[* TO *]") == ["Hai"]
    assert found('name:"mot"OR name:"hai"', sort="name asc") == ["Hai", "Một"]


def test_long_questions_may_miss_a_word():
    dataset("Diện tích rừng phòng hộ")
    assert found("diện tích rừng sản xuất") == []
    assert found("diện tích rừng phòng thủ") == ["Diện tích rừng phòng hộ"]


def test_very_long_questions_are_answered():
    dataset("Diện tích rừng phòng hộ")
    words = " ".join(f"từ{number}" for number in range(900))
    assert found("diện tích rừng phòng hộ thủy") == ["Diện tích rừng phòng hộ"]
    assert found(words) == []
    assert found(f"{words} diện tích rừng phòng hộ") == []
    assert found("diện tích " * 100 + "rừng")[0] == "Diện tích rừng phòng hộ"
    assert found(f'"{words}"') == []
    assert found(f"text:({words})") == []
    assert found(f"title:({words.replace(' ', ' OR ')} OR rừng)") != []
