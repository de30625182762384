"""Rows written through the API are held to what was said."""

from __future__ import annotations

import pytest

from ckanext.sonla.approval.storage import store
from tests.factories import approval as make

from .drafting import told

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


def test_rows_written_through_the_api_are_held_to_the_mode(draft):
    draft.set("add")
    draft.upsert({"thang": "2026-10", "huyen": "A", "so": 6})
    draft.upsert({"thang": "2026-08", "huyen": "A", "so": 0})
    refused = make.refusal(
        draft.office.officer, "sonla_revision_submit", id=draft.revision["id"]
    )
    assert [(one["rule"], one["value"]) for one in refused["findings"]] == [
        ("update.changed", "2026-08 | A")
    ]
    draft.set("key")
    draft.publish()
    assert len(told(None, draft.public)) == 6
    resource = make.show(draft.revision["dataset_id"])["resources"][0]
    with store.reading(resource["sha256"]) as file:
        assert b"2026-08,A,0\n" in file.read()


def test_rows_outside_the_period_that_the_api_touches_are_found(draft):
    draft.set("period", period="2026-09")
    draft.upsert({"thang": "2026-09", "huyen": "A", "so": 50})
    draft.upsert({"thang": "2026-10", "huyen": "A", "so": 6})
    make.act(
        draft.office.officer,
        "datastore_records_delete",
        resource_id=draft.id,
        filters={"thang": "2026-07", "huyen": "A"},
        force=True,
    )
    refused = make.refusal(
        draft.office.officer, "sonla_revision_submit", id=draft.revision["id"]
    )
    assert sorted((one["rule"], one["value"]) for one in refused["findings"]) == [
        ("update.added", "2026-10 | A"),
        ("update.removed", "2026-07 | A"),
    ]
