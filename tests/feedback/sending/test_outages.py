"""Redis gone, processes killed: what was sent is kept, and its code is given."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest
import redis
import sqlalchemy as sa
from werkzeug.datastructures import FileStorage

from ckan import model
from ckan.tests.helpers import call_action
from ckanext.sonla.feedback.model import Attachment
from ckanext.sonla.feedback.sending import store
from ckanext.sonla.shared.events import Event
from ckanext.sonla.shared.mail import OutboxMail
from tests.e2e.serving import free_port
from tests.factories import sending as make
from tests.factories.sending import kept
from tests.obligations.test_at_once import forget_connections

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "center")
STRANGER = {"user": "", "ignore_auth": False}
MAILBOX = "nguoi.gui@thu.example"
CREATE = "/api/3/action/sonla_feedback_create"
NOWHERE = "redis://127.0.0.1:1/0"


def test_with_redis_gone_it_is_held_and_the_code_is_given(
    app: Any, ckan_config: Any, monkeypatch: pytest.MonkeyPatch
):
    solved = make.solved()
    monkeypatch.setitem(ckan_config, "ckan.redis.url", NOWHERE)
    answer = app.post(
        "/api/3/action/sonla_feedback_create", json={**make.TEXT, "altcha": solved}
    )
    found = kept(answer.json["result"]["code"])
    assert (found.state, found.moderation) == ("received", "held")
    assert found.held_for == ["unchecked"]
    assert app.get("/feedback/challenge").json["signature"]


@pytest.fixture
def own_redis(
    tmp_path: Any, ckan_config: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[subprocess.Popen]:
    """A real Redis of the test's own, which it may end."""
    port = str(free_port())
    server = subprocess.Popen(
        ["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", ""],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
    )
    url = f"redis://127.0.0.1:{port}/0"
    for _ in range(100):
        try:
            redis.Redis.from_url(url).ping()
            break
        except redis.ConnectionError:
            time.sleep(0.05)
    monkeypatch.setitem(ckan_config, "ckan.redis.url", url)
    yield server
    server.kill()
    server.wait()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_with_redis_gone_while_sending_it_is_held_and_the_code_is_given(
    app: Any, own_redis: subprocess.Popen, how: signal.Signals
):
    """Ended, or there and silent: nobody waits for long, nothing is lost."""
    page = app.get("/vi/feedback/new").body
    typed = {**make.TEXT, "form_token": make.token_in(page), "altcha": make.solved()}
    assert kept(make.send()["code"]).moderation == "clear"
    solved = make.solved()
    own_redis.send_signal(how)
    if how == signal.SIGKILL:
        own_redis.wait()
    started = time.monotonic()
    code = app.post(CREATE, json={**make.TEXT, "altcha": solved}).json["result"]["code"]
    assert time.monotonic() - started < 8
    found = kept(code)
    assert (found.state, found.moderation) == ("received", "held")
    assert found.held_for == ["unchecked"]
    if how == signal.SIGSTOP:
        return
    receipt = app.post("/vi/feedback/new", data={**typed, "seen": "yes"})
    assert receipt.request.path.startswith("/vi/feedback/track/PH-")
    told = make.send_by_mail()
    assert kept(told["code"]).state == "unconfirmed"
    assert len(make.links()) == 1, "the mail to confirm goes out all the same"


def test_a_process_killed_right_after_the_code_was_given_has_lost_nothing():
    reads, writes = os.pipe()
    model.Session.remove()
    pid = os.fork()
    if pid == 0:
        try:
            forget_connections(close=False)
            content = io.BytesIO("Xã,Số\nA,1\n".encode())
            csv = FileStorage(content, "x.csv", "attachment")
            told = make.send(attachment=csv, name="Hoa", email=MAILBOX)
            os.write(writes, f"{told['code']} {told['secret']}".encode())
            os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    _, status = os.waitpid(pid, 0)
    forget_connections(close=True)
    assert os.WTERMSIG(status) == signal.SIGKILL
    code, secret = os.read(reads, 200).decode().split()
    told = call_action("sonla_feedback_track", dict(STRANGER), code=code, secret=secret)
    assert (told["name"], told["state"]) == ("Hoa", "received")
    (file,) = model.Session.scalars(sa.select(Attachment))
    assert store.read(file.file).startswith("Xã".encode())
    events = sa.select(Event.name).where(Event.object_id == code)
    assert list(model.Session.scalars(events)) == ["feedback.received"]
    (mail,) = model.Session.scalars(sa.select(OutboxMail))
    assert (mail.event, mail.address) == ("feedback.confirm", MAILBOX)
