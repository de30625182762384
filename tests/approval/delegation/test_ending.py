"""Before and after its days, and once it is revoked, it gives no right."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ckan.common import config
from ckan.tests import factories
from tests.factories import approval as make

from .naming import approve, name, shift

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


def test_before_its_first_day_and_after_its_last_it_gives_no_right(
    office, delegate, superuser
):
    made = name(office.leader, delegate)
    revision = make.submit(office, make.draft(office))
    week = timedelta(days=7)
    for by in (week, -2 * week):
        shift(superuser, made["id"], by)
        assert make.refusal(
            delegate,
            "sonla_revision_approve",
            id=revision["id"],
            digest=revision["digest"],
        ) == ("403")
    shift(superuser, made["id"], week)
    assert approve(delegate, revision)["state"] == "published"


def test_a_revoked_delegation_gives_no_right(office, delegate):
    made = name(office.leader, delegate)
    revision = make.submit(office, make.draft(office))
    ended = make.act(office.leader, "sonla_delegation_revoke", id=made["id"])
    assert ended["state"] == "revoked"
    asked = {"id": revision["id"], "digest": revision["digest"]}
    assert make.refusal(delegate, "sonla_revision_approve", **asked) == "403"
    again = make.refusal(office.leader, "sonla_delegation_revoke", id=made["id"])
    assert "id" in again


def test_a_delegate_who_becomes_a_member_stands_in_no_longer(office, delegate):
    name(office.leader, delegate)
    revision = make.submit(office, make.draft(office))
    make.reappoint(operating_office(), delegate, "operator")
    asked = {"id": revision["id"], "digest": revision["digest"]}
    assert make.refusal(delegate, "sonla_revision_approve", **asked) == "403"


def operating_office() -> str:
    return factories.Organization(name=config["sonla.policy.operating_office"])["id"]
