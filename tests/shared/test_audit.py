# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""The log can be checked and taken along, and CKAN's own role only appends to it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests import factories
from ckanext.sonla.shared import auditing, events, log_permissions
from ckanext.sonla.shared.cli import sonla

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")
DOCUMENT = Path(__file__).parents[2] / "docs" / "audit.md"


def recorded(count: int = 3) -> None:
    for number in range(count):
        events.record(
            "dataset.tried",
            object_type="dataset",
            object_id="d",
            persons={"account": "Lò Thị Hoa"},
            number=number,
            text="“Tô Hiệu”\n\t\\ \u2028 €",
        )
    model.Session.commit()


def numbers() -> list[int]:
    return list(
        model.Session.scalars(sa.select(events.Event.seq).order_by(events.Event.seq))
    )


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE sonla_event DISABLE TRIGGER ALL",
        "ALTER TABLE sonla_event DISABLE TRIGGER sonla_event_append_only",
        "DROP TRIGGER sonla_event_append_only ON sonla_event",
        "DROP TABLE sonla_event CASCADE",
        "DROP FUNCTION sonla_event_refuse() CASCADE",
        (
            "CREATE OR REPLACE FUNCTION sonla_event_refuse() RETURNS trigger"
            " LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
        ),
        "ALTER TABLE sonla_event RENAME TO old",
        "ALTER TABLE sonla_event ALTER COLUMN name DROP NOT NULL",
        "ALTER TABLE sonla_event OWNER TO CURRENT_USER",
        "SET ROLE sonla_log",
        "SET session_replication_role = replica",
        "CREATE RULE skip AS ON INSERT TO sonla_event DO INSTEAD NOTHING",
        (
            "CREATE TRIGGER later BEFORE INSERT ON sonla_event"
            " FOR EACH ROW EXECUTE FUNCTION sonla_event_refuse()"
        ),
        "DROP SCHEMA public CASCADE",
        "ALTER SCHEMA public RENAME TO old",
    ],
)
def test_ckans_own_role_cannot_reach_past_the_log_s_triggers(statement):
    recorded(1)
    with pytest.raises((DBAPIError, tk.NotAuthorized)):
        model.Session.execute(sa.text(statement))
    model.Session.rollback()
    assert log_permissions.problems() == []
    assert numbers() == [1]


def test_ckans_own_role_cannot_give_itself_more():
    """PostgreSQL lets the GRANT pass with a warning, and gives nothing."""
    model.Session.execute(sa.text("GRANT ALL ON sonla_event TO CURRENT_USER"))
    model.Session.commit()
    assert log_permissions.problems() == []


def test_a_temporary_table_does_not_stand_before_the_log():
    recorded(2)
    model.Session.execute(
        sa.text("CREATE TEMPORARY TABLE sonla_event (seq bigint, hash text)")
    )
    with pytest.raises((DBAPIError, tk.NotAuthorized), match=r"follow|append"):
        model.Session.execute(
            sa.text(
                "INSERT INTO public.sonla_event SELECT 1 + 8, 'x', name, object_type,"
                " object_id, actor, role, agency_id, agency_name, agency_title, public,"
                " data, persons, at, 'y', 'z' FROM public.sonla_event LIMIT 1"
            )
        )
    model.Session.rollback()


def test_where_ckan_owns_the_log_verifying_warns(superuser, cli):
    recorded(1)
    role = sa.make_url(str(tk.config["sqlalchemy.url"])).username
    with superuser.begin() as connection:
        connection.exec_driver_sql(log_permissions.giving_back(str(role)))
    try:
        answer = cli.invoke(sonla, ["audit", "verify"])
        assert answer.exit_code == 0
        assert "owns the log" in answer.output
    finally:
        script = cli.invoke(sonla, ["audit", "set-permissions"]).output
        with superuser.begin() as connection:
            connection.exec_driver_sql(script)
    assert "Warning" not in cli.invoke(sonla, ["audit", "verify"]).output


def test_an_event_goes_with_the_savepoint_it_was_recorded_in():
    session = model.Session()
    events.record("kept.first", object_type="t", object_id="1")
    inner = session.begin_nested()
    events.record("lost", object_type="t", object_id="2")
    inner.rollback()
    with session.begin_nested():
        events.record("kept.inside", object_type="t", object_id="3")
    outer = session.begin_nested()
    with session.begin_nested():
        events.record("lost.deeper", object_type="t", object_id="4")
    outer.rollback()
    model.Session.commit()
    names = sa.select(events.Event.name).order_by(events.Event.seq)
    assert model.Session.scalars(names).all() == ["kept.first", "kept.inside"]


@pytest.mark.parametrize("leave", ["rollback", "close", "remove"])
def test_a_transaction_that_does_not_commit_leaves_no_event(leave):
    events.record("lost", object_type="t", object_id="1")
    getattr(model.Session, leave)()
    model.Session.commit()
    assert numbers() == []


def test_the_chain_is_locked_for_the_commit_only():
    """Somebody who records and then works on keeps nobody waiting."""
    events.record("slow", object_type="t", object_id="1")
    with model.ensure_engine().connect() as other:
        free = sa.select(sa.func.pg_try_advisory_lock(events.CHAIN_LOCK))
        assert other.scalar(free)
        other.execute(sa.select(sa.func.pg_advisory_unlock(events.CHAIN_LOCK)))
    model.Session.commit()
    assert numbers() == [1]


def test_an_end_cut_off_shows_against_a_head_noted_before(superuser, cli):
    recorded(3)
    noted = cli.invoke(sonla, ["audit", "head"]).output.strip()
    assert noted.startswith("3:")
    recorded(1)
    whole = cli.invoke(sonla, ["audit", "verify", "--head", noted])
    assert whole.exit_code == 0
    assert "4 events hold; head 4:" in whole.output
    with superuser.begin() as connection:
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        connection.execute(sa.text("DELETE FROM sonla_event WHERE seq >= 3"))
    assert cli.invoke(sonla, ["audit", "verify"]).exit_code == 0
    cut = cli.invoke(sonla, ["audit", "verify", "--head", noted])
    assert cut.exit_code == 1
    assert "Broken at event 3: the log's end is missing" in cut.output
    # Whoever writes the end anew gets another hash.
    recorded(2)
    other = cli.invoke(sonla, ["audit", "verify", "--head", noted])
    assert "not the one that was noted" in other.output
    assert cli.invoke(sonla, ["audit", "verify", "--head", "3:x"]).exit_code == 2


def test_verifying_can_begin_later(superuser):
    recorded(5)
    with superuser.begin() as connection:
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        connection.execute(sa.text("UPDATE sonla_event SET name = 'x' WHERE seq = 2"))
    assert auditing.verify().broken.seq == 2
    later = auditing.verify(since=4)
    assert (later.count, later.head.seq, later.broken) == (2, 5, None)


def test_the_export_checks_itself_by_the_program_in_the_documentation(cli, tmp_path):
    recorded(4)
    file = tmp_path / "log.jsonl"
    assert cli.invoke(sonla, ["audit", "export", "-o", str(file)]).exit_code == 0
    lines = file.read_text(encoding="utf-8").rstrip("\n").split("\n")
    assert [json.loads(line)["seq"] for line in lines] == [1, 2, 3, 4]
    assert list(json.loads(lines[0])) == list(auditing.FIELDS)
    text = DOCUMENT.read_text(encoding="utf-8")
    program = re.findall(r"```python\n(.*?)```", text, re.DOTALL)[0]
    assert len(program.splitlines()) <= 20

    def check(text: str) -> str:
        file.write_text(text, encoding="utf-8")
        ran = subprocess.run(
            [sys.executable, "-c", program, str(file)],
            capture_output=True,
            text=True,
            check=False,
        )
        return ran.stdout + ran.stderr

    assert check("\n".join(lines)).strip() == f"4 events hold; head {auditing.head()}"
    changed = lines[1].replace("Lò Thị Hoa", "Lò Thị Hoà")
    assert "Broken at event 2" in check("\n".join([lines[0], changed, *lines[2:]]))
    assert "Broken at event 3" in check("\n".join([*lines[:1], *lines[2:]]))


def test_actors_are_persons_only_inside():
    account = factories.User()
    events.record("tried", object_type="t", object_id="1", actor=account["name"])
    model.Session.commit()
    assert account["id"] in next(auditing.lines())
