"""A dataset, and an opened update of it."""

from __future__ import annotations

import pytest

from tests.factories import approval as make


@pytest.fixture
def office():
    return make.office()


@pytest.fixture
def update(office):
    """An open update of a dataset whose one resource has a table of three rows."""
    revision = make.draft(office, title="Trường tiểu học")
    resource = make.show(revision["package_id"])["resources"][0]["id"]
    make.table(
        office,
        resource,
        [{"ma": "A", "so": 1}, {"ma": "B", "so": 2}, {"ma": "C", "so": 3}],
    )
    dataset_id = make.approve(office, make.submit(office, revision))["dataset_id"]
    return make.act(office.officer, "sonla_revision_open", dataset_id=dataset_id)
