"""`/health/live` and `/health/ready` answer, whatever does not (article 5.4)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from ckan import model
from ckan.common import config
from ckanext.sonla.portal import health
from ckanext.sonla.shared import jobs, log_permissions, tick
from ckanext.sonla.shared.worker import Worker

if TYPE_CHECKING:
    from ckan.tests.helpers import CKANTestApp

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


def _parts(app: CKANTestApp) -> dict[str, Any]:
    answer = json.loads(app.get(health.READY, status=503).text)
    assert answer["status"] == "not ready"
    return answer["parts"]


def test_live_answers_while_the_process_runs(app: CKANTestApp):
    answer = app.get(health.LIVE, status=200)
    assert answer.json == {"status": "live"}
    assert "Set-Cookie" not in answer.headers


def test_ready_names_what_does_not_answer_and_why(app: CKANTestApp):
    parts = _parts(app)
    assert set(parts) == {check.__name__ for check in health.CHECKS}
    for answering in ("database", "redis", "search", "datastore"):
        assert parts[answering] == {"ready": True}
    assert parts["worker"] == {
        "ready": False,
        "why": "no worker has said that it lives",
    }
    assert parts["scheduler"]["why"] == "nothing that is due has been run yet"


def test_each_queue_needs_a_worker_and_one_may_serve_both(app: CKANTestApp):
    for queues, why in (
        ([jobs.QUICK], "no worker takes the jobs of the queue “long”"),
        ([jobs.LONG], "no worker takes the jobs of the queue “default”"),
        (jobs.QUEUES, None),
    ):
        worker = Worker(queues)
        worker.register_birth()
        try:
            assert _parts(app)["worker"].get("why") == why
        finally:
            worker.register_death()


def test_a_tick_makes_the_scheduler_ready(app: CKANTestApp):
    tick.run_all()
    assert _parts(app)["scheduler"] == {"ready": True}


def test_a_tick_of_long_ago_does_not(app: CKANTestApp):
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    tick.run_all()
    model.Session.execute(
        sa.update(tick.TaskRun).values(started=long_ago, finished=long_ago)
    )
    model.Session.commit()
    assert "s ago" in _parts(app)["scheduler"]["why"]


def test_the_policys_minutes_say_how_long_the_scheduler_may_be_silent(
    app: CKANTestApp, monkeypatch: pytest.MonkeyPatch
):
    tick.run_all()
    since = datetime.now(UTC) - timedelta(minutes=9)
    model.Session.execute(sa.update(tick.TaskRun).values(started=since, finished=since))
    model.Session.commit()
    for minutes, ready in ((10, True), (8, False)):
        option = "sonla.policy.tick_silence_minutes"
        monkeypatch.setitem(config, option, minutes)
        assert _parts(app)["scheduler"]["ready"] is ready


def test_all_parts_ready_answers_200(app: CKANTestApp, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(health, "CHECKS", (health.database, health.search))
    answer = app.get(health.READY, status=200)
    assert answer.json == {
        "status": "ready",
        "parts": {"database": {"ready": True}, "search": {"ready": True}},
        "outbox": {},
        "warnings": [],
    }


def test_a_log_that_ckans_role_could_rewrite_is_said(
    app: CKANTestApp, superuser: sa.Engine, monkeypatch: pytest.MonkeyPatch
):
    """An owner can switch the triggers off that keep the log append-only."""
    ckan = sa.make_url(config["sqlalchemy.url"])
    monkeypatch.setattr(health, "CHECKS", (health.database,))
    with superuser.begin() as connection:
        connection.exec_driver_sql(log_permissions.giving_back(str(ckan.username)))
    try:
        answer = app.get(health.READY, status=200)
    finally:
        with superuser.begin() as connection:
            connection.exec_driver_sql(
                log_permissions.script(str(ckan.database), str(ckan.username))
            )
    first, *_ = json.loads(answer.text)["warnings"]
    assert first == (
        "CKAN's role owns the log and could switch its triggers off:"
        " run `ckan sonla audit set-permissions`"
    )


def test_a_database_that_is_gone_is_said_without_its_address(
    app: CKANTestApp, monkeypatch: pytest.MonkeyPatch
):
    gone = sa.create_engine("postgresql://someone:secret@127.0.0.1:1/nowhere")
    monkeypatch.setattr(model.meta, "engine", gone)
    monkeypatch.setattr(health, "CHECKS", (health.database, health.scheduler))
    answer = app.get(health.READY, status=503)
    assert json.loads(answer.text)["parts"]["database"] == {
        "ready": False,
        "why": "it does not answer (OperationalError)",
    }
    assert "secret" not in answer.text
    assert "127.0.0.1" not in answer.text
