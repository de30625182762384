"""A leader approves several revisions at once, each after she has opened it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import approval as make
from tests.factories import portal

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


@pytest.fixture
def several() -> tuple[make.Office, list[dict[str, Any]]]:
    office = make.office()
    return office, [make.submit(office, make.draft(office)) for _ in range(3)]


def read(office: make.Office, revision: dict[str, Any]) -> None:
    make.act(
        office.leader,
        "sonla_revision_mark_read",
        id=revision["id"],
        digest=revision["digest"],
    )


def approve_all(user: str, revisions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    asked = [{"id": one["id"], "digest": one["digest"]} for one in revisions]
    return make.act(user, "sonla_revision_approve_several", revisions=asked)["results"]


def test_a_leader_approves_several_after_opening_each(several):
    office, revisions = several
    for revision in revisions[:2]:
        read(office, revision)
    told = approve_all(office.leader, revisions)
    assert [one["approved"] for one in told] == [True, True, False]
    assert [one["state"] for one in told] == ["published", "published", "submitted"]
    assert told[2]["message"]
    read(office, revisions[2])
    assert approve_all(office.leader, revisions[2:])[0]["approved"]


def test_what_was_submitted_again_must_be_opened_again(several):
    office, (revision, *_) = several
    read(office, revision)
    make.act(office.officer, "sonla_revision_withdraw", id=revision["id"])
    again = make.submit(office, revision)
    assert again["digest"] == revision["digest"]
    assert not approve_all(office.leader, [again])[0]["approved"]


def test_each_is_a_decision_of_its_own(several):
    office, revisions = several
    for revision in revisions:
        read(office, revision)
    make.act(office.officer, "sonla_revision_withdraw", id=revisions[0]["id"])
    wrong = {**revisions[1], "digest": "0" * 64}
    missing = {"id": "no-such", "digest": "0"}
    told = approve_all(office.leader, [revisions[0], wrong, missing, revisions[2]])
    assert [one["approved"] for one in told] == [False, False, False, True]
    assert all(one["message"] for one in told[:3])


def test_nobody_else_approves_several(several):
    office, revisions = several
    other = make.office()
    for user in (office.officer, other.leader):
        told = approve_all(user, revisions)
        assert not any(one["approved"] for one in told)
    asked = [{"id": revisions[0]["id"], "digest": revisions[0]["digest"]}]
    stranger = make.refusal(None, "sonla_revision_approve_several", revisions=asked)
    assert stranger == "403"
    assert (
        make.refusal(office.officer, "sonla_revision_mark_read", id=revisions[0]["id"],
                     digest=revisions[0]["digest"])
        == "403"
    )  # fmt: skip


@pytest.mark.parametrize("wrong", ["x", [], [{}], [{"id": 1, "digest": "a"}], [None]])
def test_revisions_are_named_with_their_digest(several, wrong):
    refused = make.refusal(
        several[0].leader, "sonla_revision_approve_several", revisions=wrong
    )
    assert list(refused) == ["revisions"]


def test_opening_the_page_is_opening_the_review(several, app):
    office, revisions = several
    leader = portal.log_in(office.leader)
    assert 'name="revision"' not in app.get("/en/inbox", headers=leader).body
    app.get(f"/en/revision/{revisions[0]['id']}", headers=leader)
    inbox = app.get("/en/inbox", headers=leader).body
    assert f'value="{revisions[0]["id"]}:{revisions[0]["digest"]}">' in inbox
    assert inbox.count(" disabled") >= len(revisions) - 1
    ticked = [f"{one['id']}:{one['digest']}" for one in revisions[:2]]
    page = app.post("/en/revision/approve", headers=leader, data={"revision": ticked})
    assert "Not approved" in page.body
    assert make.show(revisions[0]["dataset_id"])["private"] is False
    assert make.show(revisions[1]["dataset_id"])["private"] is True
