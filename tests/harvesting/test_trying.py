"""Trying a source before anything depends on it: it keeps nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests.helpers import call_action
from tests.factories import agencies as make

from .conftest import OWNED, Site, make_source

ROWS = [{"id": n, "info": {"name": f"Xã {n}"}, "area": 1.5} for n in range(1, 40)]
CONFIG = {
    **OWNED,
    "fields": {"ma": "id", "ten": "info.name", "dien_tich": "area"},
    "key": ["id"],
}


@pytest.fixture
def source(staff: dict[str, str], site: Site) -> dict[str, Any]:
    site.answers["/rows"] = lambda handler: handler.reply(
        200, json.dumps(ROWS).encode()
    )
    url = f"{site.address}/rows"
    return make_source(staff["officer"], url=url, config=CONFIG)


def call(name: str, user: str, **data: Any) -> Any:
    return call_action(name, {"user": user, "ignore_auth": False}, **data)


def test_a_preview_has_twenty_rows_by_the_tables_columns(staff: Any, source: Any):
    found = call("sonla_harvest_preview", staff["leader"], source_id=source["id"])
    assert found["columns"] == ["ma", "ten", "dien_tich"]
    assert len(found["rows"]) == 20
    assert found["rows"][0] == {"ma": 1, "ten": "Xã 1", "dien_tich": "1.5"}
    assert found["fields"] == ["id", "info", "area"]
    assert found["missing"] == []
    few = call(
        "sonla_harvest_preview", staff["operator"], source_id=source["name"], rows=3
    )
    assert len(few["rows"]) == 3


def test_a_test_tells_what_is_wrong_and_what_to_do(staff: Any, source: Any, site: Site):
    ask = {"source_id": source["id"]}
    found = call("sonla_harvest_test", staff["officer"], **ask)
    assert (found["ok"], found["missing"]) == (True, [])
    site.answers["/rows"] = lambda handler: handler.reply(200, b'[{"khac": 1}]')
    found = call("sonla_harvest_test", staff["officer"], **ask)
    assert found["missing"] == ["id", "info.name", "area"]
    site.answers["/rows"] = lambda handler: handler.reply(401, b"")
    found = call("sonla_harvest_test", staff["officer"], **ask)
    assert (found["ok"], found["problem"]) == (False, "not_allowed")
    assert "Check auth" in found["message"]
    with pytest.raises(tk.ValidationError) as caught:
        call("sonla_harvest_preview", staff["officer"], **ask)
    assert "Check auth" in str(caught.value.error_dict)


def test_trying_keeps_nothing(staff: Any, source: Any):
    tables = [
        table
        for name, table in model.meta.metadata.tables.items()
        if name.startswith(("harvest_", "sonla_", "package", "resource"))
    ]

    def counted() -> list[Any]:
        return [model.Session.query(table).count() for table in tables]

    before = counted()
    call("sonla_harvest_test", staff["officer"], source_id=source["id"])
    call("sonla_harvest_preview", staff["officer"], source_id=source["id"])
    assert counted() == before


def test_only_the_owning_agency_and_operators_try_a_source(
    staff: Any, source: Any, site: Site
):
    asked = len(site.asked)
    for name in ("sonla_harvest_test", "sonla_harvest_preview"):
        for user in (staff["auditor"], staff["office_leader"], make.technical(), ""):
            with pytest.raises(tk.NotAuthorized):
                call(name, user, source_id=source["id"])
    assert len(site.asked) == asked


@pytest.mark.parametrize("rows", [0, 21, -1, "nhiều", None, 10**30, [], {}, 1.5])
def test_a_preview_of_no_or_too_many_rows_is_refused(
    staff: Any, source: Any, rows: Any
):
    given = {"source_id": source["id"], "rows": rows}
    if rows is None:  # The default.
        assert call("sonla_harvest_preview", staff["officer"], **given)["rows"]
        return
    with pytest.raises(tk.ValidationError) as caught:
        call("sonla_harvest_preview", staff["officer"], **given)
    assert list(caught.value.error_dict) == ["rows"]


def test_a_dataset_is_no_source(staff: Any):
    for id_ in ("khong-co", "so-y-te"):
        with pytest.raises((tk.ObjectNotFound, tk.NotAuthorized)):
            call("sonla_harvest_test", staff["operator"], source_id=id_)
