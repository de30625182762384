"""A comparison is made once, ahead, and kept for those who may see it."""

from __future__ import annotations

import pytest

import ckan.plugins.toolkit as tk
from ckanext.sonla.approval import datastore
from ckanext.sonla.approval.comparison import (
    ahead,
    keeping,
)
from tests.factories import approval as make

from .updating import change_rows, diff

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


def test_a_submitted_revision_s_comparison_is_made_once_and_kept(office, update):
    resource = change_rows(office, update)
    revision = make.submit(office, update)
    before = diff(office, revision, resource_id=resource)
    with datastore.owning() as cursor:
        cursor.execute(
            "UPDATE sonla_compared.kept SET summary = summary || '{\"mark\": 1}'"
        )
    again = diff(office, revision, resource_id=resource)
    assert again["resources"][0]["table"].pop("mark") == 1
    assert again == before
    make.approve(office, revision)
    keeping.drop_ended()
    # What everybody may read of it afterwards: how much it changed, without the rows.
    past = make.act(None, "sonla_revision_diff", id=revision["id"])
    assert past["resources"][0]["table"]["counts"] == {
        "added": 1,
        "removed": 1,
        "changed": 1,
    }
    with datastore.owning() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'sonla_compared'"
        )
        assert cursor.fetchone() == (1,)
    with datastore.owning() as cursor:
        keeping.forget(cursor, [revision["id"]])
    assert keeping.summaries_of(revision["id"]) == {}


def test_what_a_worker_compared_ahead_is_known_though_nobody_looked(office, update):
    change_rows(office, update)
    revision = make.submit(office, update)
    ahead.compare(revision["id"])
    make.approve(office, revision)
    ahead.compare(revision["id"])
    past = make.act(None, "sonla_revision_diff", id=revision["id"])
    assert past["resources"][0]["table"]["counts"] == {
        "added": 1,
        "removed": 1,
        "changed": 1,
    }


def test_a_submit_asks_a_worker_to_compare(office, update):
    tk.get_action("job_clear")({"ignore_auth": True}, {})
    change_rows(office, update)
    revision = make.submit(office, update)
    jobs = tk.get_action("job_list")({"ignore_auth": True}, {})
    assert f"Compare {revision['id']}" in [job["title"] for job in jobs]


def test_a_withdrawn_revision_leaves_no_comparison(office, update):
    change_rows(office, update)
    revision = make.submit(office, update)
    diff(office, revision)
    make.act(office.officer, "sonla_revision_withdraw", id=update["id"])
    keeping.drop_ended()
    assert keeping.summaries_of(update["id"]) == {}


def test_nobody_else_reads_the_kept_rows(office, update):
    change_rows(office, update)
    diff(office, make.submit(office, update))
    with datastore.writing() as cursor:
        cursor.execute("SELECT has_schema_privilege('sonla_compared', 'USAGE')")
        assert cursor.fetchone() == (False,)
