"""A page that catches no refusal of an action answers by it, and not with a 500."""

from __future__ import annotations

import pytest

from ckan.tests import factories

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


@pytest.mark.parametrize("kind", ["dataset", "group", "organization"])
def test_changes_between_versions_that_are_not_there_are_not_found(app, kind):
    address = f"/{kind}/changes_multiple?new_id=khong-co&old_id=khong-co"
    assert app.get(address).status_code == 404


def test_changes_between_no_versions_are_not_found(app):
    assert app.get("/dataset/changes_multiple").status_code == 404


def test_the_api_answers_for_itself(app):
    user = factories.APIToken(user=factories.Sysadmin()["name"])["token"]
    answer = app.get(
        "/api/3/action/activity_show?id=khong-co", headers={"Authorization": user}
    )
    assert answer.status_code == 404
    assert answer.json["success"] is False
