"""An auditor reads everything, persons' names included, and changes nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

import ckan.logic
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.common import config
from ckan.tests import factories
from tests.factories import approval

from .allowed import ALLOWED, NO_ACTION, READS
from .attempts import ATTEMPTS, NEVER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.factories.seal import Subject

    from .world import World

# What anybody with an account does about herself, and what only reads or tells.
OF_HER_OWN = {
    "api_token_create": "a token of her own",
    "api_token_revoke": "a token of her own",
    "dashboard_mark_activities_old": "her own dashboard",
    "follow_dataset": "what she follows",
    "follow_group": "what she follows",
    "follow_user": "what she follows",
    "unfollow_dataset": "what she follows",
    "unfollow_group": "what she follows",
    "unfollow_user": "what she follows",
    "user_patch": "her own name and password",
    "user_update": "her own name and password",
}
STUMBLED = 500
REFUSED = (400, 403, 404, 409)
# Written on every request, whoever asks.
CLOCKS = ("user", "api_token", "session")


@pytest.fixture(scope="module")
def auditor(world: World) -> str:
    """An auditor's account, in the operating office."""
    office = model.Group.get(config["sonla.policy.operating_office"])
    assert office is not None
    return approval.appoint(office.id, "auditor")


def write_actions() -> list[str]:
    tk.get_action("package_show")
    return sorted(
        name
        for name, action in ckan.logic._actions.items()
        if not getattr(action, "side_effect_free", False)
        and name not in OF_HER_OWN
        and ALLOWED.get(name) not in (READS, NO_ACTION)
    )


@pytest.fixture(scope="module")
def twin(world: World) -> Subject:
    """A draft of its own: some payloads first make what they are about."""
    return world.draft()


def payloads(world: World, twin: Subject, name: str) -> Iterator[dict[str, Any]]:
    """Yield what would work for somebody else, and what names everything there is."""
    for payload in ATTEMPTS.get(name, ()):
        yield payload(twin)
    if name in NEVER:
        yield NEVER[name](twin)
    for value in (twin.dataset, twin.resource, twin.agency, world.people["officer"]):
        yield {
            "id": value,
            "name": value,
            "dataset_id": twin.dataset,
            "package_id": twin.dataset,
            "resource_id": twin.resource,
            "account": world.people["officer"],
            "agency": world.agency_name,
            "delegate": world.people["officer"],
            "successor": {"name": "nguoi-moi", "email": "moi@example.vn"},
            "until": "2099-01-01",
            "decision": "1/QĐ",
            "reason": "thử",
            "text": "thử",
            "comment": "thử",
            "date": "2026-12-01",
            "kind": "holiday",
            "state": "active",
            "what": "thử",
            "title": "thử",
        }


def fingerprint(engine: sa.Engine) -> dict[str, str]:
    """Return a digest of every table, but for when somebody was last seen."""
    with engine.connect() as connection:
        names = connection.scalars(
            sa.text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ).all()
        return {
            name: str(
                connection.scalar(
                    sa.text(
                        "SELECT md5(string_agg(t::text, '|' ORDER BY t::text))"  # noqa: S608 - its own
                        f' FROM "{name}" AS t'
                    )
                )
            )
            for name in names
            if name not in CLOCKS
        }


def test_an_auditor_s_write_is_refused_whatever_the_action(
    world: World, twin: Subject, auditor: str, superuser: sa.Engine
):
    token = str(factories.APIToken(user=auditor)["token"])
    tries = [(name, d) for name in write_actions() for d in payloads(world, twin, name)]
    before = fingerprint(superuser)
    went_through = [n for n, d in tries if not _refused(world, n, token, d)]
    model.Session.rollback()
    assert not went_through, "passed: " + ", ".join(sorted(set(went_through)))
    assert fingerprint(superuser) == before
    assert len(tries) > len(write_actions())
    told = f"An auditor tried {len(write_actions())} write actions, {len(tries)} ways"
    print(f"\n{told}")  # noqa: T201 - shown by pytest -s


def _refused(world: World, name: str, token: str, data: dict[str, Any]) -> bool:
    files = {key: value for key, value in data.items() if hasattr(value, "read")}
    if files:
        answer = world.app.post(
            f"/api/3/action/{name}",
            data={**data},
            headers={"Authorization": token},
            content_type="multipart/form-data",
        )
    else:
        answer = world.app.post(
            f"/api/3/action/{name}",
            data=json.dumps(data),
            headers={"Authorization": token, "Content-Type": "application/json"},
        )
    # CKAN's own and ckanext-harvest's actions stumble over payloads of nonsense.
    stumbled = answer.status_code == STUMBLED and not name.startswith("sonla_")
    return answer.status_code in REFUSED or stumbled


def test_an_auditor_finds_and_reads_drafts_and_names(world: World, auditor: str):
    twin = world.twin.dataset
    found = approval.act(
        auditor, "package_search", include_private=True, fq=f"id:{twin}"
    )
    assert found["count"] == 1
    assert approval.act(auditor, "package_show", id=twin)["id"] == twin
    shown = approval.act(
        auditor, "organization_show", id=world.agency_name, include_users=True
    )
    assert world.people["officer"] in [user["name"] for user in shown["users"]]
    accounts = approval.act(auditor, "sonla_account_list", agency=world.agency_name)
    assert accounts["count"] == 2
    rows = approval.act(auditor, "datastore_search", resource_id=world.twin.resource)
    assert rows["total"] == 2
    log = approval.act(auditor, "sonla_event_list")["results"]
    assert all("persons" in event for event in log)
