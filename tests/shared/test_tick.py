"""`ckan sonla tick` does everything that is due, and is safe to run twice at once."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from ckan import model
from ckanext.sonla.shared import tick

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


@pytest.fixture
def tasks(monkeypatch):
    registered: dict = {}
    monkeypatch.setattr(tick, "_tasks", registered)
    return registered


def test_a_task_that_fails_stops_no_other_and_is_noted(tasks):
    tasks["a"] = lambda: model.Session.execute(sa.text("SELECT * FROM nowhere"))
    tasks["b"] = lambda: None
    results = tick.run_all()
    assert "nowhere" in results["a"]
    assert results["b"] == "done"
    runs = {run.task: run for run in tick.last_runs()}
    assert runs["a"].succeeded is None
    assert "nowhere" in (runs["a"].error or "")
    assert runs["b"].succeeded is not None


def test_a_task_that_runs_is_passed_by(tasks):
    running, finish = threading.Event(), threading.Event()

    def slow() -> None:
        running.set()
        assert finish.wait(10)

    tasks["slow"] = slow
    first = threading.Thread(target=tick.run_all)
    first.start()
    assert running.wait(10)
    assert tick.run_all() == {"slow": "busy"}
    finish.set()
    first.join()
    assert tick.run_all() == {"slow": "done"}
