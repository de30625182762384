"""What an entry must say, and what it must not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import ckan.plugins.toolkit as tk
from tests.factories import catalogue as make

if TYPE_CHECKING:
    from tests.catalogue.conftest import People

WRONG: dict[str, list[Any]] = {
    "code": ["", "có dấu", "a/b", "editions", "x" * 65, None],
    "title": ["", "   ", "x" * 501],
    "lead_agency": ["", "so-khong-co", 5],
    "domain": ["", "khong-co"],
    "update_cycle": ["", "daily", ["yearly"]],
    "content_kind": ["thing"],
    "formats": [["DOS"]],
    "sharing": [["fax"]],
    "priority": [0, 4, "cao"],
    "publish_by": ["30/9/2026", "never"],
    "licence": ["no-such-licence"],
    "providers": [
        {"kind": "class"},
        {"kind": "class", "class": "planet"},
        {"kind": "list", "agencies": []},
        {"kind": "one", "agencies": ["so-y-te", "so-khoa-hoc-va-cong-nghe"]},
        {"kind": "list", "agencies": ["so-khong-co"]},
        7,
    ],
    "tables": [
        "x",
        [{"name": "tram"}],
        [{"name": "Tên", "schema": make.STATIONS}],
        [{"name": "a", "schema": {"fields": [{"name": "x", "type": "text"}]}}],
        [{"name": "a", "schema": {"fields": []}}],
    ],
}


@pytest.fixture
def create(people: People, edition: dict[str, Any]) -> Any:
    """Add an entry as the operator."""
    return lambda **data: people.call(
        "operator", "sonla_entry_create", edition_id=edition["id"], **data
    )


def test_each_wrong_field_is_named(create: Any, line: dict[str, Any]) -> None:
    for name, values in WRONG.items():
        for value in values:
            with pytest.raises(tk.ValidationError) as refused:
                create(**{**line, name: value})
            assert name in refused.value.error_dict, (name, value)


def test_each_required_field_is_asked_for(create: Any, line: dict[str, Any]) -> None:
    for name in ("code", "title", "lead_agency", "domain", "update_cycle"):
        with pytest.raises(tk.ValidationError) as refused:
            create(**{key: value for key, value in line.items() if key != name})
        assert name in refused.value.error_dict


def test_a_code_is_unique_in_an_edition(create: Any, line: dict[str, Any]) -> None:
    create(**line)
    with pytest.raises(tk.ValidationError) as refused:
        create(**line)
    assert "code" in refused.value.error_dict


def test_a_class_of_providers_follows_the_agencies(
    create: Any, line: dict[str, Any]
) -> None:
    """A commune founded later owes the data like all others."""
    first = make.agency(name="xa-muong-bu", agency_kind="commune")
    entry = create(**{**line, "providers": {"kind": "class", "class": "commune"}})
    assert entry["provider_agencies"] == [first["name"]]
    assert entry["providers"]["agencies"] == []


def test_an_update_leaves_the_other_fields(
    people: People, edition: dict[str, Any], create: Any, line: dict[str, Any]
) -> None:
    before = create(**line)
    after = people.call(
        "operator", "sonla_entry_update", edition_id=edition["id"], code="YT-01",
        priority=1,
    )  # fmt: skip
    assert after["priority"] == 1
    assert {**after, "priority": 2} == before


def test_lists_are_filtered_and_paged(people: People, line: dict[str, Any]) -> None:
    make.domain(name="giao-duc")
    make.agency(name="xa-chieng-an", agency_kind="commune")
    make.entries_in_force(
        line,
        {**line, "code": "YT-02", "update_cycle": "yearly"},
        {**line, "code": "GD-01", "domain": "giao-duc", "title": "Trường tiểu học",
         "providers": {"kind": "class", "class": "commune"}},
    )  # fmt: skip

    def codes(**wanted: Any) -> list[str]:
        found = people.call(None, "sonla_entry_list", **wanted)["results"]
        return [one["code"] for one in found]

    assert codes() == ["YT-01", "YT-02", "GD-01"]
    assert codes(domain="giao-duc") == ["GD-01"]
    assert codes(agency="xa-chieng-an") == ["GD-01"]
    assert codes(agency="so-y-te", update_cycle="yearly") == ["YT-02"]
    assert codes(q="truong tieu") == ["GD-01"]
    assert codes(q="100%_") == []
    assert codes(agency="nobody") == codes(domain="nothing") == []
    assert codes(limit=1, offset=1) == ["YT-02"]
    assert people.call(None, "sonla_entry_list", limit=1)["count"] == 3
