"""A published table of three months, and an opened update of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import approval as make
from tests.factories import catalogue

from .drafting import SCHEMA, WHOLE, Draft, put


@pytest.fixture
def office() -> make.Office:
    """An agency with an officer and a leader."""
    return make.office()


@pytest.fixture
def first(office: make.Office) -> dict[str, Any]:
    """A published table of three months, for a monthly entry."""
    entry = catalogue.entry_in_force(
        lead_agency=office.name,
        update_cycle="monthly",
        content_kind="table",
        tables=[{"name": "so_lieu", "title": "Số liệu", "schema": SCHEMA}],
    )
    revision = make.draft(office, catalogue_entry=entry["code"], file=None)
    put(office, revision["package_id"], WHOLE, "so-lieu.csv")
    return make.approve(office, make.submit(office, revision, data_period="2026-09"))


@pytest.fixture
def draft(office: make.Office, first: dict[str, Any]) -> Draft:
    """An opened update of the published table."""
    return Draft(office, first)
