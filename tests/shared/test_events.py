# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""The log of events is append-only, and its chain shows every change."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests import factories
from ckan.tests.helpers import call_action
from ckanext.sonla.shared import auditing, events
from ckanext.sonla.shared.cli import sonla

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


def recorded(count: int = 3) -> list[str]:
    for number in range(count):
        events.record(
            "dataset.tried", object_type="dataset", object_id="d", number=number
        )
    model.Session.commit()
    return list(model.Session.scalars(sa.select(events.Event.id)))


def test_events_follow_one_another():
    recorded()
    found = auditing.verify()
    assert (found.count, found.broken) == (3, None)
    assert found.head.hash == model.Session.get(events.Event, 3).hash


def test_an_event_rolled_back_leaves_no_gap():
    recorded(1)
    events.record("dataset.tried", object_type="dataset", object_id="d")
    model.Session.rollback()
    recorded(1)
    assert auditing.verify().count == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sonla_event SET name = 'other'",
        "DELETE FROM sonla_event",
        "TRUNCATE sonla_event",
        (
            "INSERT INTO sonla_event SELECT seq + 9, 'x', name, object_type, object_id,"
            " actor, role, agency_id, agency_name, agency_title, public, data, persons,"
            " at, 'y', 'z' FROM sonla_event LIMIT 1"
        ),
    ],
)
def test_ckans_own_role_can_only_append_to_the_log(statement):
    recorded()
    # The seal puts this refusal into words; without it, PostgreSQL's own error comes.
    with pytest.raises((DBAPIError, tk.NotAuthorized), match=r"append-only|follow"):
        model.Session.execute(sa.text(statement))
    model.Session.rollback()
    assert auditing.verify().count == 3


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("UPDATE sonla_event SET data = '{\"number\": 7}' WHERE seq = 2", 2),
        ("UPDATE sonla_event SET at = at + interval '1 day' WHERE seq = 3", 3),
        ("UPDATE sonla_event SET public = false WHERE seq = 1", 1),
        ("DELETE FROM sonla_event WHERE seq = 2", 3),
        ("UPDATE sonla_event SET previous = repeat('f', 64) WHERE seq = 2", 2),
    ],
)
def test_verifying_names_the_first_broken_link(superuser, cli, statement, seq):
    recorded()
    with superuser.begin() as connection:
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        connection.execute(sa.text(statement))
    assert auditing.verify().broken.seq == seq
    answer = cli.invoke(sonla, ["audit", "verify"])
    assert answer.exit_code == 1
    assert f"Broken at event {seq}" in answer.output


def test_the_command_tells_the_last_hash_of_a_whole_chain(cli):
    recorded()
    answer = cli.invoke(sonla, ["audit", "verify"])
    assert answer.exit_code == 0
    assert model.Session.get(events.Event, 3).hash in answer.output


def test_two_writers_at_once_do_not_fork_the_chain():
    start = threading.Barrier(4)

    def write() -> None:
        start.wait()
        recorded(10)
        model.Session.remove()

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    found = auditing.verify()
    assert (found.count, found.broken) == (40, None)


def test_what_data_holds_comes_back_as_it_was_hashed():
    events.record(
        "dataset.tried",
        object_type="dataset",
        object_id="d",
        number=2.50,
        text="Phường Tô Hiệu\0 – “x”",
        nested={"list": [1, None, {"a": True}]},
    )
    model.Session.commit()
    model.Session.expire_all()
    assert auditing.verify().broken is None


def test_strangers_read_public_events_and_no_persons():
    account = factories.User(name="nguoi-thu")
    events.record(
        "dataset.tried",
        object_type="dataset",
        object_id="d",
        actor=account["name"],
        persons={"officer": "nguoi-thu"},
    )
    events.record("draft.tried", object_type="dataset", object_id="d", public=False)
    model.Session.commit()
    told = call_action(
        "sonla_event_list", {"user": "", "ignore_auth": False}, object_id="d"
    )
    assert told["count"] == 1
    assert "nguoi-thu" not in str(told)
    assert account["id"] not in str(told)
    sysadmin = factories.Sysadmin()
    everything = call_action(
        "sonla_event_list", {"user": sysadmin["name"], "ignore_auth": False}
    )
    assert [event["name"] for event in everything["results"]] == [
        "draft.tried",
        "dataset.tried",
    ]
    assert everything["results"][1]["persons"] == {"officer": "nguoi-thu"}


def test_the_log_is_paged_and_filtered(app):
    recorded(3)
    answer = app.get(
        "/api/3/action/sonla_event_list?object_type=dataset&limit=1&offset=1"
    ).json["result"]
    assert answer["count"] == 3
    assert [event["seq"] for event in answer["results"]] == [2]
    assert answer["results"][0]["at"].endswith("Z")
    bad = app.get("/api/3/action/sonla_event_list?limit=x", status=409)
    assert "limit" in bad.json["error"]
