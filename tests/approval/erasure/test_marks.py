# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalSubscript=false
# pyright: reportOptionalMemberAccess=false
# pyright: reportArgumentType=false
"""Digests and events stay, and marks say why something is missing."""

from __future__ import annotations

import json

import pytest

from ckan import model
from ckanext.sonla.approval import datastore, digest, exports
from ckanext.sonla.approval.model import Revision
from ckanext.sonla.approval.storage import store
from ckanext.sonla.shared import auditing
from tests.factories import approval as make

from .erasing import DECISION, FIELD, NUMBER, ROW, SECRET, erase

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "no_list")


def test_digests_and_events_stay_and_the_marks_say_why(operator, first, second):
    erased = erase(operator, second, ROW)
    for revision in (first, second):
        row = model.Session.get(Revision, revision["id"])
        assert row.digest == revision["digest"]
        assert digest.digest_of(row.content) != row.digest
        marks = row.content["erased"][0]
        assert marks["erasure"] == erased["id"]
        assert {"resource": 1, "rows": ["ma"], "touched": 1} in marks["parts"]
    assert auditing.verify().broken is None
    told = make.act(
        None,
        "sonla_event_list",
        object_type="dataset",
        object_id=second["dataset_id"],
    )["results"]
    event = next(one for one in told if one["name"] == "revision.erased")
    assert event["data"]["decision"] == DECISION
    assert NUMBER not in json.dumps(told)
    assert SECRET not in json.dumps(told, ensure_ascii=False)


def test_the_public_states_content_is_what_is_public(operator, second):
    erase(operator, second, ROW, FIELD)
    row = model.Session.get(Revision, second["id"])
    table = row.content["resources"][0]["table"]
    public = make.show(second["dataset_id"])["resources"][0]
    with datastore.owning() as cursor:
        made = exports.export(cursor, public["id"])
    assert (table["sha256"], table["rows"]) == (made.sha256, made.rows)
    assert row.content["resources"][0]["file"]["sha256"] == public["sha256"]
    assert store.exists(made.sha256)
