"""A dataset with personal data in two revisions, and an operator."""

from __future__ import annotations

import pytest

from ckan.common import config
from ckan.tests import factories
from ckanext.sonla.approval.erasure import files as erasing_files
from tests.factories import approval as make

from .erasing import CSV, SECRET, name_key


@pytest.fixture
def no_list():
    """Begin without a list of erasures: the folder outlives the databases."""
    erasing_files.list_path().unlink(missing_ok=True)


@pytest.fixture
def office():
    return make.office()


@pytest.fixture
def operator():
    agency = factories.Organization(name=config["sonla.policy.operating_office"])
    return make.appoint(agency["id"], "operator")


@pytest.fixture
def first(office):
    """A published dataset with a name in a field, a file and a table."""
    revision = make.draft(office, file=None, maintainer=SECRET)
    resource = make.upload(
        office,
        revision["package_id"],
        CSV.encode(),
        name="Danh sách",
        format="CSV",
        filename="danh-sach.csv",
    )
    name_key(office, resource["id"])
    return make.approve(office, make.submit(office, revision))


@pytest.fixture
def second(office, first):
    """Its update, which adds a row and keeps the others."""
    update = make.act(
        office.officer, "sonla_revision_open", dataset_id=first["dataset_id"]
    )
    working = make.show(update["package_id"])["resources"][0]["id"]
    make.act(
        office.officer,
        "datastore_upsert",
        resource_id=working,
        records=[{"ma": "C", "ten": "Mới", "so": "3"}],
        force=True,
    )
    return make.approve(office, make.submit(office, update))
