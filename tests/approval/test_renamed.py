"""A renamed agency or domain is found by its new name, however it was renamed."""

from __future__ import annotations

import pytest
import redis

from ckan import model
from ckan.lib import jobs
from ckan.lib import redis as ckan_redis
from ckan.tests import factories
from ckan.tests.helpers import call_action
from ckanext.sonla.agencies import renaming
from tests.factories import approval as make

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


def found(query: str):
    answer = call_action(
        "package_search",
        {"user": "", "ignore_auth": False},
        fq=query,
        **{"facet.field": '["organization", "groups"]'},
    )
    return answer["results"]


@pytest.mark.parametrize("at_once", [50, 0])
def test_a_renamed_agency_and_domain_are_found_by_their_new_names(at_once, monkeypatch):
    monkeypatch.setattr(renaming, "AT_ONCE", at_once)
    office = make.office()
    published = make.published(office)
    dataset = make.show(published["dataset_id"])
    domain = dataset["groups"][0]
    chief = {"user": factories.Sysadmin()["name"], "ignore_auth": False}
    call_action(
        "organization_patch",
        dict(chief),
        id=office.id,
        name="so-moi",
        title="Sở Nông nghiệp và Môi trường",
    )
    call_action("group_patch", dict(chief), id=domain["id"], title="Môi trường")
    if at_once == 0:
        assert found("organization:so-moi") == []
        model.Session.remove()
        jobs.Worker().work(burst=True)
    (seen,) = found("organization:so-moi")
    assert seen["organization"]["title"] == "Sở Nông nghiệp và Môi trường"
    assert seen["groups"][0]["title"] == "Môi trường"
    assert found(f"organization:{office.name}") == []


def test_a_queue_that_is_away_keeps_no_name_from_the_index(monkeypatch):
    monkeypatch.setattr(renaming, "AT_ONCE", 0)
    office = make.office()
    make.published(office)
    away = redis.ConnectionPool.from_url("redis://127.0.0.1:1/0")
    monkeypatch.setattr(ckan_redis, "_connection_pool", away)
    monkeypatch.setattr(jobs, "_queues", {})
    call_action(
        "organization_patch",
        {"user": factories.Sysadmin()["name"]},
        id=office.id,
        title="Sở Nông nghiệp và Môi trường",
    )
    (seen,) = found(f"organization:{office.name}")
    assert seen["organization"]["title"] == "Sở Nông nghiệp và Môi trường"


def test_other_changes_index_nothing(monkeypatch):
    office = make.office()
    make.published(office)
    asked = []
    monkeypatch.setattr(renaming, "reindex", asked.append)
    call_action(
        "organization_patch",
        {"user": factories.Sysadmin()["name"]},
        id=office.id,
        description="Mới",
    )
    assert asked == []
